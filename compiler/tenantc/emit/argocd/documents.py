"""Every document for Argo CD."""

from __future__ import annotations

from typing import Final

from tenantc.emit.argocd.application import estate_parameters, parameters
from tenantc.emit.argocd.application_set import application_set
from tenantc.emit.document import Document

DOCUMENTS: Final[tuple[Document, ...]] = (parameters, estate_parameters, application_set)
