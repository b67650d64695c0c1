"""The targets that tenantc knows, in plain sight: files, the format of each, and the documents in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from tenantc.emit.document import Document
from tenantc.emit.kubernetes.documents import DOCUMENTS as KUBERNETES
from tenantc.emit.pods import pods
from tenantc.emit.postgres.documents import DOCUMENTS as POSTGRES
from tenantc.emit.terraform.documents import DOCUMENTS as TERRAFORM
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers

Format: TypeAlias = Literal["yaml", "terraform", "sql"]


class Target(Frozen):
    """A target: its name in `targets:`, the files it writes (the first is its documents' default), its documents.

    Where a document has no place in a file of its own, it says so by `file=`. Objects of the kinds `elsewhere` are made
    by somebody else, and may be referred to all the same.
    """

    name: str
    files: tuple[tuple[str, Format], ...]
    documents: tuple[Document, ...]
    elsewhere: frozenset[str] = frozenset()


TARGETS: Final[tuple[Target, ...]] = (
    Target("values", (("values.yaml", "yaml"),), (pods,)),
    Target("kubernetes", (("kubernetes.yaml", "yaml"), ("kustomization.yaml", "yaml")), KUBERNETES),
    Target("terraform", (("main.tf.json", "terraform"), ("versions.tf.json", "terraform")), TERRAFORM),
    Target("sql", (("schema.sql", "sql"), ("database.sql", "sql")), POSTGRES),
)


def driven(path: Path, targets: Iterable[Target]) -> list[Document]:
    """The documents of these targets that read a setting.

    That files hold every setting (values.yaml and its like) is not told: it would be told each time.
    """
    return [
        document
        for target in targets
        for document in target.documents
        if any(covers(read, path) for read in document.reads)
    ]
