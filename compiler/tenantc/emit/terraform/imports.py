"""Blocks by which Terraform takes over what exists, or learns that it has another address now.

https://developer.hashicorp.com/terraform/language/block/import, /moved and /removed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from tenantc.emit.document import Expr, Tree, slug, text
from tenantc.emit.fill import Filler
from tenantc.emit.naming import Bearer
from tenantc.emit.terraform.roots import left
from tenantc.emit.writers import terraform
from tenantc.source.frozen import Frozen


class Lookup(Frozen):
    """A data source that finds an id: its type, its arguments, the attribute that is the id, and what comes after."""

    type: str
    arguments: Mapping[str, str]
    attribute: str
    after: str = ""


Found: TypeAlias = str | Lookup | None
"""An id, what finds it, or nothing, where somebody has to say it."""
_NOBODY: Final = Filler({}, Bearer("", "", "", "", ""), {}, lambda _: None)


class Import(Frozen):
    """A resource to take over: its address in the root, its id, and the provider that sees it, if not the root's."""

    to: str
    id: Found
    provider: str = ""

    @property
    def label(self) -> str:
        return slug(self.to, limit=60, joiner="_")


def blocks(imports: Iterable[Import] = (), moved: Iterable[tuple[str, str]] = (), removed: Iterable[str] = ()) -> bytes:
    """A file of a root with these blocks; empty if there are none. What nobody can find is asked for by a variable."""
    taken = [*imports]
    data: dict[str, dict[str, Tree]] = {}
    variables: dict[str, Tree] = {}
    for one in taken:
        if isinstance(one.id, Lookup):
            block = {**one.id.arguments, "provider": one.provider or None}
            data.setdefault(one.id.type, {})[one.label] = block
        elif one.id is None:
            says = f"Id of {one.to}, as the provider's page of this resource has it under Import."
            variables[one.label] = {"type": "string", "description": says}
    tree: dict[str, Tree] = {
        "data": dict(data) or None,
        "variable": variables or None,
        "import": [{"to": one.to, "id": _id(one)} for one in taken] or None,
        "moved": [{"from": old, "to": new} for old, new in moved] or None,
        "removed": [left(address) for address in removed] or None,
    }
    said = {name: block for name, block in tree.items() if block is not None}
    return terraform.whole([said], _NOBODY) if said else b""


def _id(one: Import) -> Tree:
    if isinstance(one.id, Lookup):
        found = Expr(f"data.{one.id.type}.{one.label}.{one.id.attribute}")
        return text(found, one.id.after) if one.id.after else found
    return Expr(f"var.{one.label}") if one.id is None else one.id
