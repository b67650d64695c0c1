"""The file that lets `kubectl apply -k`, Argo CD and Flux take a tenant's or an estate's folder as it is."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Tree, document

# https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/
_OBJECTS: Final[Tree] = {
    "apiVersion": "kustomize.config.k8s.io/v1beta1",
    "kind": "Kustomization",
    "resources": ["kubernetes.yaml"],
}


@document("kubernetes", kind="Kustomization", file="kustomization.yaml", beside="kubernetes.yaml")
def kustomization(names: Names) -> Tree:  # noqa: ARG001 (every document of a tenant is handed its names)
    """Names kubernetes.yaml and nothing else in the folder, most of which is not for Kubernetes."""
    return _OBJECTS


@document("kubernetes", kind="Kustomization", scope="estate", file="kustomization.yaml", beside="kubernetes.yaml")
def estate_kustomization() -> Tree:
    """The same for an estate's folder."""
    return _OBJECTS
