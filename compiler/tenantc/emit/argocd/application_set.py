"""An ApplicationSet for each environment: an Application a tenant, and the rings one after the other."""

from __future__ import annotations

from typing import Final

from tenantc.emit.argocd.application import FILE
from tenantc.emit.document import Result, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import MANAGED_BY, label_name
from tenantc.emit.rings import ESTATE, RING, RINGS, written_to
from tenantc.source.value import Record

_OPTIONS: Final = "workspace.argocd"
# All that Argo CD reads of a folder: its Application is not compared again when anything else changes in a commit.
# https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/#manifest-paths-annotation
_READ: Final = "kubernetes.yaml;kustomization.yaml"


@document(
    "argocd",
    kind="ApplicationSet",
    scope="fleet",
    looks=("workspace.platform", _OPTIONS),
    rows=("deployment.environment", "build.folder"),
)
def application_set(platform: str, argocd: Record, environments: tuple[tuple[str, str], ...]) -> Result:
    """Finds tenants and estates by the files that tell what an Application has to know.

    A change reaches the estates first, then ring after ring, and a ring only when all of the one before are healthy,
    whatever was changed: a tenant's own line or a tier that thousands share. Whoever is in no step is never synced, so
    every ring is one. https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Progressive-Syncs/

    What is missing in a build deletes nothing: neither an Application nor what it deployed.
    https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
    """
    if argocd.get("repository") is None:
        return Unsupported(f"{_OPTIONS}.repository", ("say which Git repository the build is committed to",))
    return [_application_set(platform, environment, folder, argocd) for environment, folder in environments]


def _application_set(platform: str, environment: str, folder: str, argocd: Record) -> Tree:
    repository, revision, most = str(argocd["repository"]), str(argocd["revision"]), argocd["max_update"]
    assert isinstance(most, Record), "the structure was checked"
    build = "".join(f"{part}/" for part in (*written_to(str(argocd["path"])), folder) if part)
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {
            "name": label_name(platform, environment),
            "namespace": str(argocd["namespace"]),
            "labels": {MANAGED_BY: "tenantc"},
        },
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {
                    "git": {
                        "repoURL": repository,
                        "revision": revision,
                        "files": [{"path": f"{build}{part}/*/{FILE}"} for part in ("estates", "tenants")],
                    }
                }
            ],
            "strategy": {
                "type": "RollingSync",
                "rollingSync": {"steps": [_step(ring, most.get(ring)) for ring in (ESTATE, *RINGS)]},
            },
            "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
            "template": {
                "metadata": {
                    "name": "{{ .name }}",
                    "labels": {MANAGED_BY: "tenantc", RING: "{{ .ring }}"},
                    "annotations": {"argocd.argoproj.io/manifest-generate-paths": _READ},
                },
                "spec": {
                    "project": str(argocd["project"]),
                    "source": {"repoURL": repository, "targetRevision": revision, "path": "{{ .path.path }}"},
                    "destination": {"name": "{{ .cluster }}"},
                    # the steps sync; what they take over of this is that objects go which are in no file any more
                    "syncPolicy": {"automated": {"prune": True}, "syncOptions": ["ServerSideApply=true"]},
                },
            },
        },
    }


def _step(ring: str, most: object) -> Tree:
    """A step; `most` of its Applications are synced at a time, as a number or a percentage, or all of them."""
    at_once = int(most) if isinstance(most, str) and most.isdecimal() else most
    assert at_once is None or isinstance(at_once, (int, str)), "the structure was checked"
    return {"matchExpressions": [{"key": RING, "operator": "In", "values": [ring]}], "maxUpdate": at_once}
