"""Every document for Flux."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document
from tenantc.emit.flux.gates import GATES
from tenantc.emit.flux.kustomization import estate_kustomization, tenant_kustomizations

DOCUMENTS: Final[tuple[Document, ...]] = (tenant_kustomizations, estate_kustomization, *GATES)
