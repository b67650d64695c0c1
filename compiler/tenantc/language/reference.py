"""The plain way to the value of a `${…}`, which the compiled form is tested against."""

from __future__ import annotations

from tenantc.language.check import Checked, Part
from tenantc.language.compile import Lookup, Result
from tenantc.language.exact import joined, land, place
from tenantc.language.messages import Said
from tenantc.language.outcome import Problem
from tenantc.language.syntax import Tree
from tenantc.language.walk import Nothing, Walk, scale, scaled
from tenantc.model.identity import IdentityText


def evaluate_plainly(checked: Checked, lookup: Lookup) -> Result:
    """The same as `compile_value(checked)(lookup)`, step by step."""
    if checked.whole is not None:
        part = checked.whole
        value = Walk(part.source.text, lookup).walk(part.typed)
        value = value if isinstance(value, Nothing) else scaled(value, part.typed.type, 1 / scale(checked.target))
    else:
        part = next(part for part in checked.parts if isinstance(part, Part))
        pieces = [piece if isinstance(piece, str) else _place(piece, lookup) for piece in checked.parts]
        nothing = [piece for piece in pieces if isinstance(piece, Nothing)]
        value = nothing[0] if nothing else joined([piece for piece in pieces if not isinstance(piece, Nothing)])
    if isinstance(value, Nothing):
        return value.outcome
    landed = land(value, checked.leaf, checked.target)
    return _problem(part, part.typed.node, landed) if isinstance(landed, Said) else landed


def _place(part: Part, lookup: Lookup) -> str | IdentityText | Nothing:
    value = Walk(part.source.text, lookup).walk(part.typed)
    if isinstance(value, Nothing):
        return value
    text = place(scaled(value, part.typed.type, 1 / scale(part.typed.type)))
    return Nothing(_problem(part, part.typed.node, text), final=True) if isinstance(text, Said) else text


def _problem(part: Part, node: Tree, said: Said) -> Problem:
    return Problem(said.message, node.at, node.end - node.at, said.help, part.source.text)
