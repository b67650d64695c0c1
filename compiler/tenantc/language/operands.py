"""Whether operands fit what is done with them: what the inference of every kind of expression asks."""

from __future__ import annotations

from tenantc.language.format import show
from tenantc.language.messages import about_path, difference, identity, never, one_of, taken
from tenantc.language.outcome import Problem
from tenantc.language.scope import Scope
from tenantc.language.syntax import Listing, NoLimit, Reference, Text, Tree, Word
from tenantc.language.types import WRONG, Kind, Type, Unknown, merge
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import Path


class Typed(Frozen):
    """A part of an expression, its type, and those of its own parts.

    Names are found by now: a constant is a text, a variable is one. `undefined` holds why it may have no value although
    all that it reads has one; an `else` settles that.
    """

    node: Tree
    type: Type
    parts: tuple[Typed, ...] = ()
    undefined: tuple[Problem, ...] = ()


class Operands:
    """Collects what is wrong with an expression, whose text is `text`."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.outermost = scope
        self.problems: list[Problem] = []

    def problem(self, node: Tree, message: str, help: str = "") -> Problem:
        return Problem(message, node.at, node.end - node.at, help, self.text)

    def wrong(self, node: Tree, message: str, help: str = "") -> Type:
        self.problems.append(self.problem(node, message, help))
        return WRONG

    def unknown(self, node: Tree, path: Path, found: object = None) -> Type:
        """A path that names nothing."""
        schema = self.outermost.schema
        under = found if isinstance(found, Unknown) else Unknown(path, schema.root)
        return self.wrong(node, *about_path(path, under, schema))

    def operand(self, part: Typed, kind: Kind, word: str, help: str = "") -> Type:
        """The type of an operand, which must be of this kind for the operator or function that `word` is."""
        if part.type.kind == kind:
            return part.type
        if part.type.kind == "constant":
            return self.unknown(part.node, part.type.choices[0])
        return self.wrong(part.node, *taken(part.node, part.type, kind, word, help))

    def operands(self, parts: tuple[Typed, ...], kind: Kind, word: str, help: str = "") -> bool:
        """Whether all are of this kind; a problem for the first that is not."""
        return all(self.operand(part, kind, word, help) is not WRONG for part in parts)

    def same(self, left: Typed, right: Typed, part: str = "") -> bool:
        """Whether both can be added, compared, or stand for each other; a problem if not."""
        for side in (left, right):
            if side.type.kind == "identity":
                self.wrong(side.node, *identity(side.node))
                return False
            if side.type.kind == "constant":
                self.unknown(side.node, side.type.choices[0])
                return False
        found = difference(left.node, left.type, right.node, right.type, part)
        if found is not None:
            at, end = left.node.at, right.node.end
            self.problems.append(Problem(found.message, at, end - at, found.help, self.text))
        return found is None

    def possible(self, left: Typed, right: Typed) -> bool:
        """Whether the two can ever be equal, as far as constants say; a problem if not."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one.node, NoLimit) and not other.type.unlimited:
                self.wrong(one.node, f"`{show(other.node)}` is never `unlimited`")
                return False
        return self.overlapping(left, right)

    def overlapping(self, left: Typed, right: Typed) -> bool:
        choices, others = left.type.choices, right.type.choices
        if not choices or not others or set(choices) & set(others):
            return True
        constant, other = (left, right) if isinstance(left.node, Text) else (right, left)
        self.wrong(constant.node, *never(constant.node, other.node, other.type.choices))
        return False

    def settled(self, part: Typed, other: Type) -> Typed:
        """A constant as the text that it is beside values of another type; anything else as it is.

        A name that is none of the other's values is a problem, and comes back as it is.
        """
        if isinstance(part.node, Listing) and part.type.item is not None and part.type.item.kind == "constant":
            items = tuple(self.settled(item, other) for item in part.parts)
            if any(item.type.kind == "constant" or item.type is WRONG for item in items):
                return Typed(part.node, WRONG)
            whole = items[0].type
            for item in items[1:]:
                whole = merge(whole, item.type)
            return replace(part, type=replace(part.type, item=whole), parts=items)
        if part.type.kind != "constant" or not isinstance(part.node, (Reference, Word)):
            return part
        name = part.type.choices[0]
        if other.kind == "text" and name in other.choices:
            return Typed(Text(name, at=part.node.at, end=part.node.end), Type("text", choices=(name,)))
        if other.kind == "text" and other.choices:
            self.wrong(part.node, f"`{name}` is none of the values here", one_of(name, other.choices))
        elif other.kind == "text":
            self.wrong(part.node, f"`{name}` is no setting and no constant", f'a text stands in quotes: `"{name}"`')
        else:
            self.unknown(part.node, name)
        return Typed(part.node, WRONG)
