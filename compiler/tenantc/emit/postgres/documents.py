"""Every SQL document, in the order in which their files are run."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document
from tenantc.emit.postgres.database import tenant_database
from tenantc.emit.postgres.entry import tenant_entry
from tenantc.emit.postgres.estate import shared_database
from tenantc.emit.postgres.reader import tenant_reader
from tenantc.emit.postgres.service import service
from tenantc.emit.postgres.tenant import tenant_schema

DOCUMENTS: Final[tuple[Document, ...]] = (
    service,
    shared_database,
    tenant_database,
    tenant_schema,
    tenant_entry,
    tenant_reader,
)
