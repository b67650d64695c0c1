"""Who may work in the tenant's namespace, and as whom its pods run."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref, Tree, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.metrics import PROMETHEUS
from tenantc.source.value import Record

_RBAC: Final = "rbac.authorization.k8s.io"

_READ: Final[tuple[Tree, ...]] = ("get", "list", "watch")
_WRITE: Final[tuple[Tree, ...]] = ("create", "update", "patch", "delete")

# What tells how the tenant is doing. No secrets: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
_VISIBLE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("", ("configmaps", "events", "limitranges", "persistentvolumeclaims", "pods", "pods/log", "resourcequotas",
          "serviceaccounts", "services")),
    ("apps", ("controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets")),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("batch", ("cronjobs", "jobs")),
    ("discovery.k8s.io", ("endpointslices",)),
    ("events.k8s.io", ("events",)),
    ("networking.k8s.io", ("ingresses", "networkpolicies")),
)  # fmt: skip

# What administrators change: what runs. Whatever says how much it may use, what it can reach and who may come in
# (quotas, limits, autoscalers, policies, roles, the settings' own ConfigMap) is tenantc's, or it would mean nothing;
# volume claims are the tenant's data.
_RUNNING: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("apps", ("deployments", "deployments/scale", "statefulsets", "statefulsets/scale")),
    ("batch", ("cronjobs", "jobs")),
)
_MONITORS: Final = ("monitoring.coreos.com", ("podmonitors", "servicemonitors"))


@document("kubernetes", kind="ServiceAccount")
def service_account(names: Names) -> Tree:
    """As whom the tenant's pods run: an account without a token for the API, since no workload of a tenant needs one.

    https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
    """
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(names, "tenant"),
        "automountServiceAccountToken": False,
    }


@document("kubernetes", kind="Role")
def viewer_role(names: Names) -> Tree:
    """May see everything in the namespace but secrets."""
    return _role(names, "tenant-viewer", _look())


@document("kubernetes", kind="Role", looks=(PROMETHEUS, "monitoring.metrics.custom_metrics"))
def admin_role(names: Names, prometheus: Record | None, own_metrics: bool | None) -> Tree:
    """May also change what runs: restart, scale, roll back, start a job.

    It may not read secrets or open a shell in a pod. Whoever can start a pod can mount the namespace's secrets into
    it, so this is a matter of order, not a wall. Where the tenant may send metrics of its own, it may say which.
    What a monitor may ask for (other namespaces, files of Prometheus) is Prometheus' own to say:
    https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusSpec
    """
    restart = _rule("", ("pods",), ("delete",))
    change = [_rule(group, resources, _WRITE) for group, resources in _RUNNING]
    if prometheus is not None and own_metrics:
        change.append(_rule(*_MONITORS, (*_READ, *_WRITE)))
    return _role(names, "tenant-admin", [*_look(), restart, *change])


@document(
    "kubernetes",
    kind="RoleBinding",
    looks=("security.access_control.rbac_enabled", "security.access_control.viewer_groups"),
)
def viewer_binding(names: Names, rbac: bool | None, groups: tuple[str, ...] | None) -> Tree:
    """Who may look at the namespace."""
    return _binding(names, "tenant-viewer", groups if rbac else ())


@document(
    "kubernetes",
    kind="RoleBinding",
    looks=("security.access_control.rbac_enabled", "security.access_control.admin_groups"),
)
def admin_binding(names: Names, rbac: bool | None, groups: tuple[str, ...] | None) -> Tree:
    """Who administers the namespace."""
    return _binding(names, "tenant-admin", groups if rbac else ())


def _look() -> list[Tree]:
    return [_rule(group, resources, _READ) for group, resources in _VISIBLE]


def _rule(group: str, resources: tuple[str, ...], verbs: tuple[Tree, ...]) -> Tree:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


def _role(names: Names, name: str, rules: list[Tree]) -> Tree:
    return {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": metadata(names, name), "rules": rules}


def _binding(names: Names, role: str, groups: tuple[str, ...] | None) -> Tree:
    """Binds groups to a role of the same name.

    It is written for no groups as well: `kubectl apply` deletes nothing, so leaving it out would leave those that had
    rights theirs.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
    """
    subjects: list[Tree] = [{"apiGroup": _RBAC, "kind": "Group", "name": group} for group in groups or ()]
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": metadata(names, role),
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": Ref("Role", role)},
        "subjects": subjects or None,
    }
