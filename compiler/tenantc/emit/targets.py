"""The targets that tenantc knows, in plain sight: files, the format of each, and the documents in them."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from tenantc.emit.document import Document
from tenantc.emit.kubernetes.documents import DOCUMENTS as KUBERNETES
from tenantc.emit.postgres.documents import DOCUMENTS as POSTGRES
from tenantc.emit.terraform.documents import DOCUMENTS as TERRAFORM

Format: TypeAlias = Literal["yaml", "terraform", "sql"]


class Target(NamedTuple):
    """A target: its name in `targets:`, the files it writes (the first is its documents' default), its documents.

    Where a document has no place in a file of its own, it says so by `file=`.
    """

    name: str
    files: tuple[tuple[str, Format], ...]
    documents: tuple[Document, ...]


TARGETS: Final[tuple[Target, ...]] = (
    Target("values", (), ()),
    Target("kubernetes", (("kubernetes.yaml", "yaml"), ("kustomization.yaml", "yaml")), KUBERNETES),
    Target("terraform", (("main.tf.json", "terraform"), ("versions.tf.json", "terraform")), TERRAFORM),
    Target("sql", (("schema.sql", "sql"), ("database.sql", "sql")), POSTGRES),
)
