"""The targets that tenantc knows, in plain sight: files, the format of each, and the documents in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

from tenantc.emit.argocd.documents import DOCUMENTS as ARGOCD
from tenantc.emit.document import SECRETS, Document
from tenantc.emit.flux.documents import DOCUMENTS as FLUX
from tenantc.emit.kubernetes.documents import DOCUMENTS as KUBERNETES
from tenantc.emit.pods import pods
from tenantc.emit.postgres.documents import DOCUMENTS as POSTGRES
from tenantc.emit.terraform.documents import DOCUMENTS as TERRAFORM
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers

Format: TypeAlias = Literal["yaml", "json", "terraform", "sql"]


class Target(Frozen):
    """A target: its name in `targets:`, the files it writes (the first is its documents' default), its documents.

    Where a document has no place in a file of its own, it says so by `file=`. Objects of the kinds `elsewhere` are made
    by somebody else, and may be referred to all the same.

    A target of another package (examples/emitter) is found by an entry point of its name in the group
    `tenantc.targets`. `options` is the JSON Schema of what tenantc.yaml may say to it under `extensions`, by its name:
    its documents look at that as `workspace.extensions.NAME.…`. `package` is filled in by tenantc.
    """

    name: str
    files: tuple[tuple[str, Format], ...]
    documents: tuple[Document, ...]
    elsewhere: frozenset[str] = frozenset()
    options: Mapping[str, Any] | None = None
    package: str = ""


TARGETS: Final[tuple[Target, ...]] = (
    # files of every setting, and behind the first of them a document
    Target("values", (("values.yaml", "yaml"), ("tenant.tfvars.json", "json")), (pods,)),
    Target("kubernetes", (("kubernetes.yaml", "yaml"), ("kustomization.yaml", "yaml")), KUBERNETES),
    Target(
        "terraform",
        tuple(
            (f"{name}.tf.json", "terraform")
            for name in ("main", "removed", "inputs", "provider", "backend", "versions")
        ),
        TERRAFORM,
    ),
    Target("sql", tuple((f"{name}.sql", "sql") for name in ("schema", "database", "records", "reader")), POSTGRES),
    Target("argocd", (("applicationset.yaml", "yaml"), ("application.json", "json")), ARGOCD),
    Target("flux", tuple((file, "yaml") for file in dict.fromkeys(one.file for one in FLUX) if file), FLUX),
)


def driven(path: Path, targets: Iterable[Target], *, secret: bool = False) -> list[Document]:
    """The documents of these targets that read a setting, which may be a secret one.

    That files hold every setting (values.yaml and its like) is not told: it would be told each time.
    """
    return [
        document
        for target in targets
        for document in target.documents
        if any(covers(read, path) for read in document.reads) or (secret and SECRETS in document.reads)
    ]
