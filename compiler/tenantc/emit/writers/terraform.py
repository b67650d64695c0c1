"""Writes Terraform's JSON syntax (developer.hashicorp.com/terraform/language/syntax/json).

Every string there is a template, so text that stands for itself has its `${` and `%{` doubled at the front, and only
references and expressions of our own documents are code.
"""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.emit.fill import Filler
from tenantc.emit.holes import Pieces, Template, joined
from tenantc.emit.node import Expr, Ref, Tree
from tenantc.emit.writers import json

# Blocks whose entries stand under a type and a name; under every other block they stand under a name.
_TYPED = frozenset({"resource", "data"})

Address = tuple[str, ...]


class TerraformDialect:
    """Text is escaped, references and expressions are interpolated."""

    def literal(self, text: str) -> str:
        return text.replace("${", "$${").replace("%{", "%%{")

    def reference(self, ref: Ref, name: str) -> str:
        attribute = f".{ref.attribute}" if ref.attribute else ""
        return f"${{{ref.kind}.{name}{attribute}}}"

    def code(self, expression: Expr) -> str:
        return f"${{{expression.code}}}"


DIALECT = TerraformDialect()


def write(tree: Tree, filler: Filler | None = None) -> dict[Address, Template]:
    """The entries of one document by address, such as ("resource", "aws_kms_key", "tenant")."""
    assert isinstance(tree, Mapping), "a Terraform document is a mapping of blocks"
    found: dict[Address, Template] = {}
    for block, entries in tree.items():
        if entries is None:
            continue
        assert isinstance(entries, Mapping)
        for name, entry in entries.items():
            if block in _TYPED:
                assert isinstance(entry, Mapping)
                found |= {(block, name, label): _entry(body, 6, filler) for label, body in entry.items()}
            elif entry is not None:
                found[(block, name)] = _entry(entry, 4, filler)
    return found


def _entry(tree: Tree, indent: int, filler: Filler | None) -> Template:
    pieces = Pieces(DIALECT, filler)
    json.value(tree, indent, pieces, DIALECT)
    return pieces.template()


def assemble(entries: Mapping[Address, Template]) -> Template:
    """A whole file of entries, grouped as Terraform wants them, in the order in which their groups first appear."""
    return joined([*_group(list(entries.items()), 0), _text("\n")])


def _group(entries: list[tuple[Address, Template]], depth: int) -> list[Template]:
    groups: dict[str, list[tuple[Address, Template]]] = {}
    for address, template in entries:
        groups.setdefault(address[depth], []).append((address, template))
    inner = " " * (2 * depth + 2)
    parts: list[Template] = []
    for index, (name, members) in enumerate(groups.items()):
        parts.append(_text(f"{'{' if index == 0 else ','}\n{inner}{json.scalar(name)}: "))
        if len(members[0][0]) == depth + 1:
            parts.append(members[0][1])
        else:
            parts += _group(members, depth + 1)
    parts.append(_text(f"\n{' ' * (2 * depth)}}}"))
    return parts


def _text(text: str) -> Template:
    return Template(text.replace("%", "%%").encode(), ())
