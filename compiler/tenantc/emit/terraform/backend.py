"""Where each root keeps its state: one backend for all of them, in which no two share a place."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Part, Result, Unsupported, document, text
from tenantc.emit.terraform.inputs import LAYOUT
from tenantc.emit.terraform.place import LOOKS, Place, located, place, says
from tenantc.source.path import Path
from tenantc.source.value import Record

BACKEND: Final[Path] = "workspace.terraform.backend"
FILE: Final = "backend.tf.json"


@document(
    "terraform", kind="terraform", needs=BACKEND, looks=(BACKEND, LAYOUT, *LOOKS), file=FILE, beside="main.tf.json"
)
def backend(
    names: Names,
    stated: Record,
    layout: str,
    environment: str,
    account: str | None,
    region: str | None,
    cluster: str | None,
) -> Result:
    """The state of a tenant's own root."""
    if layout != "tenant":
        return None
    root = text(environment, "/tenants/", names.tenant_id)
    return kept(stated, root, place(environment, account, region, cluster))


@document(
    "terraform",
    kind="terraform",
    scope="estate",
    needs=BACKEND,
    looks=(BACKEND, *LOOKS),
    file=FILE,
    beside="main.tf.json",
)
def estate_backend(
    stated: Record, environment: str, account: str | None, region: str | None, cluster: str | None
) -> Result:
    """The state of an estate's root."""
    name = "-".join(part for part in (account, region, cluster) if part) or "default"
    return kept(stated, f"{environment}/estates/{name}", place(environment, account, region, cluster))


def kept(stated: Record, root: Part, here: Place) -> Result:
    """The block. Without a word for the root, all would write to one state, and each destroy what the others made.

    https://developer.hashicorp.com/terraform/language/backend
    """
    if not says(stated, "root"):
        choice = 'say `{root}` where the backend tells states apart, as in `key: "{root}/terraform.tfstate"`'
        return Unsupported(BACKEND, (choice,))
    return {"terraform": {"backend": located(stated, {**here, "root": root})}}
