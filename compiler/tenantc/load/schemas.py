"""Reads schema documents: the tree of settings, and what each leaf says (language.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.load.narrowing import widenings
from tenantc.model.schema import Group, Leaf, Schema, TypeName
from tenantc.source.node import Node
from tenantc.source.path import Path, child
from tenantc.source.value import UNLIMITED, Value

_SCALARS = frozenset({"boolean", "integer", "number", "string"})
_NUMBERS = frozenset({"integer", "number"})
_UNLIMITED_PATTERN = "^unlimited$"
_GROUP_KEYWORDS = frozenset(
    {"type", "properties", "additionalProperties", "propertyNames", "required", "description", "title", "minProperties"}
    | {"maxProperties", "examples", "x-examples", "$comment"}
)
_TOP_KEYWORDS = frozenset({"$schema", "$id", "x-section"})
_LEAF_KEYWORDS = frozenset(
    {"type", "description", "title", "default", "examples", "deprecated", "enum", "const", "format", "$comment"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"}
    | {"items", "uniqueItems", "minItems", "maxItems"}
    | {"x-kind", "x-unit", "x-order", "x-at-most", "x-secret", "x-merge", "x-computed", "x-unlimited", "x-examples"}
)


def read_schemas(library: Iterable[Node], workspace: Iterable[Node] = ()) -> Outcome[Schema]:
    """The tree of all settings: the library's sections, narrowed and extended by the workspace's.

    What is wrong with a schema document is T130, and a workspace's leaf that allows more than the library's is T131.
    """
    reader = _Reader()
    sections: dict[str, Group | Leaf] = {}
    for document in library:
        name, group = reader.section(document)
        if group is not None:
            sections[name] = group
    for document in workspace:
        name, group = reader.section(document)
        if group is None:
            continue
        theirs = sections.get(name)
        sections[name] = reader.merge(theirs, group) if isinstance(theirs, Group) else group
    return Outcome(Schema(Group("", "all settings", sections)), tuple(reader.diagnostics))


class _Reader:
    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def complain(self, node: Node, problem: str, help: str = "") -> None:
        self.diagnostics.append(diagnose("T130", node.span, problem=problem, help=help))

    def section(self, document: Node) -> tuple[str, Group | None]:
        body = document.value
        if not isinstance(body, dict):
            self.complain(document, f"a schema is a mapping, not {document.kind()}")
            return "", None
        name = body["x-section"].value if "x-section" in body else None
        if not isinstance(name, str) or not name.isidentifier():
            self.complain(document, "`x-section` names the section that a schema describes, such as `limits`")
            return "", None
        if name in {"tenant", "deployment", "workspace", "tier", "as_of", "waivers", "secrets", "pods"}:
            self.complain(body["x-section"], f"`{name}` is a name that tenantc itself fills")
            return "", None
        found = self.member(name, document, extra=_TOP_KEYWORDS)
        if isinstance(found, Leaf):
            self.complain(document, "a section is a mapping with `properties`")
            return "", None
        return name, found

    def member(self, path: Path, node: Node, extra: frozenset[str] = frozenset()) -> Group | Leaf | None:
        body = node.value
        if not isinstance(body, dict):
            self.complain(node, f"the schema of `{path}` is a mapping, not {node.kind()}")
            return None
        if "properties" in body or "additionalProperties" in body or _text(body, "type") == "object":
            return self.group(path, node, body, extra)
        return self.leaf(path, node, body)

    def group(self, path: Path, node: Node, body: dict[str, Node], extra: frozenset[str]) -> Group:
        self.unknown_keywords(node, body, _GROUP_KEYWORDS | extra, path)
        members: dict[str, Group | Leaf] = {}
        properties = body.get("properties")
        if properties is not None and isinstance(properties.value, dict):
            for name, inner in properties.value.items():
                member = self.member(child(path, name), inner)
                if member is not None:
                    members[name] = member
        entry = None
        additional = body.get("additionalProperties")
        if additional is None or additional.value is True:
            self.complain(node, f"`{path}` is open: say `additionalProperties: false`, or what every other name holds")
        elif isinstance(additional.value, dict):
            entry = self.member(f"{path}.*", additional)
        required = body.get("required")
        needed = tuple(str(item) for item in cast("list[object]", required.plain())) if required is not None else ()
        named = body.get("propertyNames")
        names = cast("dict[str, object]", named.plain()) if named is not None else None
        return Group(path, _text(body, "description") or "", members, entry, names, needed)

    def leaf(self, path: Path, node: Node, body: dict[str, Node]) -> Leaf | None:
        self.unknown_keywords(node, body, _LEAF_KEYWORDS, path)
        plain = cast("dict[str, object]", node.plain())
        type_name, unlimited = self.type_of(path, node, plain)
        if type_name is None:
            return None
        items = plain.get("items")
        kind = plain.get("x-kind", "control")
        if kind not in ("control", "fact"):
            self.complain(body["x-kind"], f"`x-kind` of `{path}` is `control` or `fact`")
            return None
        default = plain.get("default")
        if default is not None and (kind == "fact" or ".*" in path):
            why = "a fact is stated by somebody" if kind == "fact" else "the names of an open map are the user's"
            self.complain(body["default"], f"`{path}` has a default, and {why}")
            default = None
        order = plain.get("x-order")
        return Leaf(
            path=path,
            type=type_name,
            description=str(plain.get("description", "")),
            kind=kind,
            schema=plain,
            unlimited=unlimited,
            item=cast("TypeName | None", items.get("type")) if isinstance(items, dict) else None,
            enum=tuple(cast("list[Value]", plain.get("enum", []))),
            unit=cast("str | None", plain.get("x-unit")),
            order=tuple(order) if isinstance(order, list) else cast("None", order),
            at_most=cast("str | None", plain.get("x-at-most")),
            secret=plain.get("x-secret") is True,
            computed=plain.get("x-computed") is True,
            default=_default(default, unlimited),
            span=node.span,
            default_span=body["default"].span if "default" in body else None,
        )

    def type_of(self, path: Path, node: Node, plain: Mapping[str, object]) -> tuple[TypeName | None, bool]:
        named = plain.get("type")
        if isinstance(named, str) and (named in _SCALARS or named == "array"):
            return cast("TypeName", named), False
        if isinstance(named, list) and len(named) == 2 and "string" in named:
            number = next((name for name in named if name in _NUMBERS), None)
            if (
                number is not None
                and plain.get("pattern") == _UNLIMITED_PATTERN
                and plain.get("x-unlimited") is not False
            ):
                return cast("TypeName", number), True
        self.complain(
            node,
            f"the type of `{path}` is none of boolean, integer, number, string, array",
            help=f"a number that may be unlimited is `type: [integer, string]` with `pattern: {_UNLIMITED_PATTERN}`",
        )
        return None, False

    def unknown_keywords(self, node: Node, body: dict[str, Node], known: frozenset[str], path: Path) -> None:
        for keyword in body:
            if keyword not in known:
                span = node.key_span(keyword)
                problem = f"the keyword `{keyword}` of `{path}` has no meaning here"
                self.diagnostics.append(diagnose("T130", span, problem=problem))

    def merge(self, library: Group, own: Group) -> Group:
        """The library's mapping with the workspace's members: new ones added, known ones narrowed."""
        members = dict(library.members)
        for name, member in own.members.items():
            theirs = library.get(name)
            if theirs is None:
                members[name] = member
            elif isinstance(theirs, Group) and isinstance(member, Group):
                members[name] = self.merge(theirs, member)
            elif isinstance(theirs, Leaf) and isinstance(member, Leaf):
                members[name] = self.narrow(theirs, member)
            elif isinstance(member, Leaf) and member.span is not None:
                problem = "it is a mapping of settings there"
                self.diagnostics.append(diagnose("T131", member.span, path=member.path, problem=problem))
        required = tuple(dict.fromkeys((*library.required, *own.required)))
        entry = self.merge_entry(library, own)
        names = {**(library.names or {}), **(own.names or {})} or None
        return Group(library.path, library.description, members, entry, names, required)

    def merge_entry(self, library: Group, own: Group) -> Group | Leaf | None:
        """What other names hold: a workspace may close an open map or narrow its entries, and opens none."""
        theirs, ours = library.entry, own.entry
        if theirs is None or ours is None:
            if ours is not None:
                span = next((member.span for member in (ours,) if isinstance(member, Leaf)), None)
                problem = "its names are fixed in the library"
                self.diagnostics.append(diagnose("T131", *([span] if span else []), path=own.path, problem=problem))
            return None
        if isinstance(theirs, Leaf) and isinstance(ours, Leaf):
            return self.narrow(theirs, ours)
        return self.merge(theirs, ours) if isinstance(theirs, Group) and isinstance(ours, Group) else theirs

    def narrow(self, library: Leaf, own: Leaf) -> Leaf:
        problems = list(widenings(library, own))
        for problem in problems:
            assert own.span is not None
            blames = [own.span, *([library.span] if library.span else [])]
            self.diagnostics.append(diagnose("T131", *blames, path=own.path, problem=problem))
        if problems:
            return library
        schema = {**library.schema, **own.schema}
        return Leaf(
            path=library.path,
            type=own.type,
            description=own.description or library.description,
            kind=library.kind,
            schema=schema,
            unlimited=library.unlimited and own.unlimited,
            item=own.item or library.item,
            enum=own.enum or library.enum,
            unit=library.unit,
            order=library.order,
            at_most=own.at_most or library.at_most,
            secret=library.secret,
            computed=library.computed,
            default=own.default if own.default is not None else library.default,
            span=own.span,
            default_span=own.default_span or library.default_span,
        )


def _text(body: Mapping[str, Node], key: str) -> str | None:
    node = body.get(key)
    return node.value if node is not None and isinstance(node.value, str) else None


def _default(value: object, unlimited: bool) -> Value | None:
    if unlimited and value == "unlimited":
        return UNLIMITED
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return cast("Value | None", value)
