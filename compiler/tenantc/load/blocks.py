"""Flattens a block of settings to definitions: nested and dotted spellings come out equal (language.md §2)."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TypeAlias

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, Outcome, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.load.values import Problem, read_value
from tenantc.model.acceptance import accepts
from tenantc.model.layer import Definition, LayerId, LayerKind, Operator
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.memo import Memo
from tenantc.source.node import Node
from tenantc.source.path import Path, child, covers
from tenantc.source.span import Span

_OPERATORS = {
    "+": Operator.APPEND,
    "-?": Operator.REMOVE_IF_THERE,
    "-": Operator.REMOVE,
    "!": Operator.REPLACE,
}
# by prefix and key: the path, what stands there, and what to do with it
Keys: TypeAlias = "Memo[tuple[Path, str], tuple[Path, Group | Leaf, Operator]]"

_RANK = {operator: rank for rank, operator in enumerate(Operator)}
_BRACKET = re.compile(r'\[("(?:\\.|[^"\\])*")\]')
_NAME = re.compile(r"[^.\[\]]+")
_DATED = frozenset({"value", "until", "reason"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LISTS = frozenset({Operator.APPEND, Operator.REMOVE, Operator.REMOVE_IF_THERE})


def flatten(
    block: Node, schema: Schema, layer: LayerId, dated: bool = False, keys: Keys | None = None
) -> Outcome[tuple[Definition, ...]]:
    """The definitions of a block, in the order in which they apply.

    `dated` allows entries with an end date (`{value, until, reason}`), as a tenant's overrides may hold. `keys`
    remembers what keys name, for whoever reads many blocks; then their paths are one object, too.
    """
    flattener = Flattener(schema, layer, dated, keys)
    if isinstance(block.value, dict):
        flattener.walk(block, schema.root, "")
    elif block.value is not None:
        flattener.complain("T132", block.span, path="settings", kind=block.kind())
    flattener.settle()
    return Outcome(tuple(flattener.found), tuple(flattener.diagnostics))


def locate(item: Node, schema: Schema) -> Outcome[Path | None]:
    """The canonical form of a path that stands as a value, in a list of locks for instance."""
    assert isinstance(item.value, str), "the structure was checked"
    flattener = Flattener(schema, LayerId(LayerKind.WORKSPACE, ""), dated=False)
    at = flattener.locate(item.value, schema.root, "", item.value, item.span)
    return Outcome(at[0] if at else None, tuple(flattener.diagnostics))


class Flattener:
    """Reads the entries of blocks, and complains of those that name no setting or cannot be."""

    def __init__(self, schema: Schema, layer: LayerId, dated: bool, keys: Keys | None = None) -> None:
        self.schema = schema
        self.layer = layer
        self.dated = dated
        self.keys: Keys = Memo(16) if keys is None else keys
        self.found: list[Definition] = []
        self.diagnostics: list[Diagnostic] = []

    def complain(self, code: str, *blames: Span | Blame, help: str = "", **facts: object) -> None:
        self.diagnostics.append(diagnose(code, *blames, help=help, **facts))

    def walk(self, block: Node, group: Group, prefix: Path) -> None:
        assert isinstance(block.value, dict)
        for key, node in block.value.items():
            key_span = block.key_span(key)
            if not prefix and key == "unset":
                self.unset(node)
                continue
            named = self.keys.get((prefix, key))
            if named is None:
                text, operator = split_operator(key)
                at = self.locate(text, group, prefix, key, key_span)
                if at is None:
                    continue
                named = self.keys.put((prefix, key), (*at, operator))
            path, found, operator = named
            if isinstance(found, Leaf):
                self.leaf(path, found, operator, node, key_span)
            else:
                self.group(path, found, operator, node, key_span)

    def locate(self, text: str, group: Group, prefix: Path, key: str, span: Span) -> tuple[Path, Group | Leaf] | None:
        """What the path names from `group` on; a complaint and None if it is no path or nothing stands there."""
        here: Group | Leaf = group
        path, rest = prefix, text
        while rest:
            if isinstance(here, Leaf):
                self.complain(
                    "T126", span, path=f"{path}.{rest}", help=f"`{path}` is a setting and has nothing under it"
                )
                return None
            name, rest, problem = _next_name(rest, here)
            if problem:
                self.complain("T124", span, key=key, problem=problem)
                return None
            found = here.get(name)
            path = child(path, name)
            if found is None or (name not in here.members and not is_name(name, here)):
                self.unknown(path, name, here, span, found is not None)
                return None
            here = found
        if path == prefix:
            self.complain("T124", span, key=key, problem="it is empty")
            return None
        return path, here

    def unknown(self, path: Path, name: str, group: Group, span: Span, misnamed: bool) -> None:
        if misnamed:
            self.complain("T126", span, path=path, help=f"names under `{group.path}` {_asked(group)}")
            return
        if group.path == "" and name in {"tenant", "deployment", "workspace", "tier"}:
            self.complain("T127", span, path=path, what="filled by tenantc")
            return
        help = did_you_mean(name, group.members) or self.elsewhere(name)
        self.complain("T126", span, path=path, help=help)

    def elsewhere(self, name: str) -> str:
        """Where a setting of the same name really stands."""
        places = [leaf.path for leaf in self.schema.leaves() if leaf.path.rsplit(".", 1)[-1] == name]
        return f"there is a setting `{places[0]}`" if len(places) == 1 else ""

    def leaf(self, path: Path, leaf: Leaf, operator: Operator, node: Node, key_span: Span) -> None:
        if leaf.computed:
            self.complain("T127", key_span, path=path, what="computed from what tenants and layers require")
            return
        opened = self.open_dated(path, node)
        if opened is None:
            return
        node, until, reason = opened
        if operator in _LISTS and leaf.type != "array":
            self.complain("T128", key_span, operator=operator.value, path=path, problem="it is not a list")
            return
        read = read_value(node, leaf, path, self.schema, whole=operator not in _LISTS)
        if isinstance(read, Problem):
            self.diagnostics.append(read.diagnostic)
            return
        if operator is Operator.REPLACE:
            operator = Operator.SET
        self.found.append(
            Definition(path, operator, read.value, self.layer, node.span, key_span, read.dynamic, until, reason)
        )

    def open_dated(self, path: Path, node: Node) -> tuple[Node, str | None, str | None] | None:
        """The value of an entry, with its end and reason if it is a dated one."""
        body = node.value
        if not self.dated or not isinstance(body, dict):
            return node, None, None
        if set(body) != _DATED:
            missing, extra = sorted(_DATED - set(body)), sorted(set(body) - _DATED)
            problem = f"lacks {_and(missing)}" if missing else f"has {_and(extra)} beside `value`, `until` and `reason`"
            self.complain(
                "T129", node.span, path=path, problem=problem, help="write {value: …, until: 2027-03-31, reason: …}"
            )
            return None
        until, reason = body["until"].value, body["reason"].value
        if not isinstance(until, str) or not _is_date(until):
            self.complain("T129", body["until"].span, path=path, problem="ends on no date such as 2027-03-31")
            return None
        if not isinstance(reason, str) or not reason.strip():
            self.complain("T129", body["reason"].span, path=path, problem="gives no reason")
            return None
        return body["value"], until, reason

    def group(self, path: Path, group: Group, operator: Operator, node: Node, key_span: Span) -> None:
        if operator in (Operator.SET, Operator.REPLACE):
            if not isinstance(node.value, dict):
                self.complain("T132", node.span, path=path, kind=node.kind())
                return
            if operator is Operator.REPLACE:
                self.found.append(Definition(path, operator, None, self.layer, node.span, key_span))
            self.walk(node, group, path)
            return
        if operator is Operator.APPEND or group.entry is None:
            problem = (
                "it is a mapping, which merges by itself" if operator is Operator.APPEND else "its names are fixed"
            )
            self.complain("T128", key_span, operator=operator.value, path=path, problem=problem)
            return
        opened = self.open_dated(path, node)
        if opened is None:
            return
        node, until, reason = opened
        names = node.value if isinstance(node.value, list) else None
        if names is None or not all(isinstance(name.value, str) for name in names):
            self.complain("T133", node.span, path=path, expected="a list of names to take away", kind=node.kind())
            return
        taken = tuple(str(name.value) for name in names)
        self.found.append(
            Definition(path, operator, taken, self.layer, node.span, key_span, until=until, reason=reason)
        )

    def unset(self, node: Node) -> None:
        if not isinstance(node.value, list):
            self.complain("T133", node.span, path="unset", expected="a list of paths", kind=node.kind())
            return
        for item in node.value:
            if not isinstance(item.value, str):
                self.complain("T133", item.span, path="unset", expected="paths", kind=item.kind())
                continue
            at = self.locate(item.value, self.schema.root, "", item.value, item.span)
            if at is None:
                continue
            path, found = at
            if isinstance(found, Leaf) and found.computed:
                self.complain("T127", item.span, path=path, what="computed from what tenants and layers require")
                continue
            self.found.append(Definition(path, Operator.UNSET, None, self.layer, item.span, item.span))

    def settle(self) -> None:
        """Refuses what contradicts itself and puts the rest in the order in which it applies."""
        by_path: dict[Path, list[Definition]] = {}
        for definition in self.found:
            by_path.setdefault(definition.path, []).append(definition)
        for path, definitions in by_path.items():
            problem = _clash(definitions)
            if problem:
                self.complain("T125", *_places(definitions), path=path, problem=problem)
        wide = [
            definition
            for definition in self.found
            if definition.operator in (Operator.UNSET, Operator.REPLACE)
            or (definition.operator in (Operator.REMOVE, Operator.REMOVE_IF_THERE) and self.removes_names(definition))
        ]
        for upper in wide:
            for path, definitions in by_path.items():
                if self.overlaps(upper, path, definitions):
                    self.complain("T125", *_places([upper, *definitions]), path=path, problem=_wide(upper))
        self.found.sort(key=lambda definition: _RANK[definition.operator])

    def removes_names(self, definition: Definition) -> bool:
        return isinstance(self.schema.find(definition.path), Group)

    def overlaps(self, upper: Definition, path: Path, definitions: list[Definition]) -> bool:
        if upper.operator in (Operator.REMOVE, Operator.REMOVE_IF_THERE):
            assert isinstance(upper.value, tuple)
            return any(covers(child(upper.path, str(name)), path) for name in upper.value)
        if path == upper.path or not covers(upper.path, path):
            return False
        if upper.operator is Operator.UNSET:
            return True
        return any(not _within(definition, upper) for definition in definitions)


def split_operator(key: str) -> tuple[str, Operator]:
    """The path of a key as it is spelled, and the operator behind it."""
    for suffix, operator in _OPERATORS.items():
        if key.endswith(suffix):
            return key[: -len(suffix)], operator
    return key, Operator.SET


def _next_name(rest: str, group: Group) -> tuple[str, str, str]:
    """The next name of a path, what follows it, and what is wrong with it."""
    bracket = _BRACKET.match(rest)
    if bracket is not None:
        after = rest[bracket.end() :]
        if after and after[0] not in ".[":
            return "", "", "a name in brackets is followed by a dot or by nothing"
        try:
            name = json.loads(bracket.group(1))
        except json.JSONDecodeError:
            return "", "", "the quoted name is not valid text"
        return name, _after_dot(after), "" if after != "." else "it ends with a dot"
    if rest in group.members:  # a workspace that closes an open map fixes names that hold dots
        return rest, "", ""
    if isinstance(group.entry, Leaf):
        # Under an open map of plain values the rest of the key is one name: model names hold dots.
        first = _NAME.match(rest)
        if first is None or first.group() not in group.members:
            return rest, "", ""
    match = _NAME.match(rest)
    if match is None:
        return "", "", "two names are joined by one dot, and other names stand in brackets and quotes"
    after = rest[match.end() :]
    if after == ".":
        return "", "", "it ends with a dot"
    return match.group(), _after_dot(after), "" if not after or after[0] in ".[" else "a bracket has no partner"


def _after_dot(after: str) -> str:
    return after.removeprefix(".")


def is_name(name: str, group: Group) -> bool:
    """Whether an open map may have an entry of this name."""
    if group.names is None:
        return bool(name) and len(name) <= 200
    if accepts(group.names, name):
        return True
    import jsonschema_rs

    return jsonschema_rs.is_valid(dict(group.names), name)


def _asked(group: Group) -> str:
    """What the names of an open map are like, as the end of a sentence."""
    words = {
        "pattern": "match `{}`",
        "enum": "are among {}",
        "minLength": "have at least {} characters",
        "maxLength": "have at most {} characters",
    }
    asked = group.names or {"minLength": 1, "maxLength": 200}
    told = {
        keyword: ", ".join(f"`{one}`" for one in said) if isinstance(said, list) else said
        for keyword, said in asked.items()
    }
    return " and ".join(words[keyword].format(said) for keyword, said in told.items())


def _clash(definitions: list[Definition]) -> str:
    """What is wrong with several entries for one path: only `-` then `+` of different items go together."""
    if len(definitions) == 1:
        return ""
    operators = [definition.operator for definition in definitions]
    removes = [d for d in definitions if d.operator in (Operator.REMOVE, Operator.REMOVE_IF_THERE)]
    appends = [d for d in definitions if d.operator is Operator.APPEND]
    if len(removes) == 1 and len(appends) == 1 and len(operators) == 2:
        taken, added = removes[0].value, appends[0].value
        if isinstance(taken, tuple) and isinstance(added, tuple):
            both = [item for item in added if item in taken]
            return f"`{both[0]}` is both taken away and added" if both else ""
        return ""
    return "one block decides a setting once"


def _wide(upper: Definition) -> str:
    if upper.operator is Operator.UNSET:
        return f"`unset` of `{upper.path}` excludes any other entry at or below it"
    if upper.operator is Operator.REPLACE:
        return f"`{upper.path}!` excludes any other entry at or below it"
    return f"`{upper.path}{upper.operator.value}` takes it away"


def _within(definition: Definition, upper: Definition) -> bool:
    """Whether a definition is part of the mapping that replaces another."""
    inner, outer = definition.span, upper.span
    assert inner is not None
    assert outer is not None
    return (outer.line, outer.column) <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )


def _places(definitions: list[Definition]) -> list[Span]:
    return [definition.key_span for definition in definitions if definition.key_span is not None]


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _and(words: list[str]) -> str:
    return " and ".join(f"`{word}`" for word in words)
