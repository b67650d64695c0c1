"""What the API server refuses in tenants' namespaces, whoever asks, for all tenants of an estate.

It holds what neither Pod Security nor RBAC can say. Each policy has a binding of its name. None can be about policies,
so whoever administers the cluster can take a binding away:
https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Ref, Tree, document
from tenantc.emit.kubernetes.checks import Policy, policies
from tenantc.emit.kubernetes.metadata import ENVIRONMENT, PART_OF, TENANT, shared_metadata, shared_name
from tenantc.source.value import Record

_ADMISSION: Final = "workspace.kubernetes.admission"
_LOOKS: Final = ("workspace.platform", "deployment.environment", _ADMISSION)
_API: Final = "admissionregistration.k8s.io/v1"


@document("kubernetes", kind="ValidatingAdmissionPolicy", scope="estate", needs=_ADMISSION, looks=_LOOKS)
def admission_policies(platform: str, environment: str, admission: Record) -> Tree:
    """What each policy is about and what it asks for."""
    return [_written(policy, platform, environment) for policy in policies(platform, environment, admission)]


@document("kubernetes", kind="ValidatingAdmissionPolicyBinding", scope="estate", needs=_ADMISSION, looks=_LOOKS)
def admission_bindings(platform: str, environment: str, admission: Record) -> Tree:
    """Puts each policy in force, or only has what it would refuse reported."""
    action = str(admission.get("action", "Deny"))
    return [
        {
            "apiVersion": _API,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": shared_metadata(platform, environment, policy.name),
            "spec": {
                "policyName": Ref("ValidatingAdmissionPolicy", shared_name(platform, environment, policy.name)),
                "validationActions": [action],
            },
        }
        for policy in policies(platform, environment, admission)
    ]


def _written(policy: Policy, platform: str, environment: str) -> Tree:
    """The policy as Kubernetes has it: what CEL can't decide, because it fails, is refused."""
    tenants: Tree = {
        "matchLabels": {PART_OF: platform, ENVIRONMENT: environment},
        "matchExpressions": [{"key": TENANT, "operator": "Exists"}],
    }
    return {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": shared_metadata(platform, environment, policy.name),
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "namespaceSelector": None if policy.conditions else tenants,
                "resourceRules": [
                    {
                        "apiGroups": [group],
                        "apiVersions": ["*"],
                        "operations": policy.operations,
                        "resources": resources,
                    }
                    for group, resources in policy.resources
                ],
            },
            "matchConditions": _named(policy.conditions),
            "variables": _named(policy.variables),
            "validations": [
                {"expression": check.expression, "message": check.message, "reason": "Forbidden"}
                for check in policy.checks
            ],
        },
    }


def _named(expressions: Mapping[str, str]) -> Tree:
    """Named expressions as policies list them; None, which leaves the entry out, if there are none."""
    return [{"name": name, "expression": expression} for name, expression in expressions.items()] or None
