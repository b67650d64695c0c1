"""Reads the patches of a workspace, and holds them to what Kubernetes' published schemas know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.load.structure import Structure
from tenantc.model.patch import Patch
from tenantc.model.published import Fields, Published
from tenantc.source.node import Node


def read_patches(
    node: Node, kinds: Collection[str], environments: Collection[str], published: Sequence[Published]
) -> Outcome[tuple[Patch, ...]]:
    """The patches that a list holds whose structure was checked, and what is wrong with them.

    kinds: those that documents make. published: what is known of each version of Kubernetes that is deployed to.
    """
    found: list[Patch] = []
    diagnostics: list[Diagnostic] = []
    for one in _items(node):
        patch = _patch(one)
        found.append(patch)
        for named in _items(_body(one).get("environments")):
            if named.value not in environments:
                help = did_you_mean(str(named.value), environments)
                diagnostics.append(diagnose("T206", named.span, name=str(named.value), help=help))
        if patch.kind in kinds:
            diagnostics += [problem for version in published for problem in _checked(patch, version)]
            if ("merge" in _body(one)) is ("json" in _body(one)):
                help = "state `merge` or `json`, and the other in a patch of its own"
                diagnostics.append(diagnose("T611", one.span, problem="it takes one of `merge` and `json`", help=help))
        else:
            problem = f"no document makes a `{patch.kind}`"
            where = _body(one)["kind"].span
            diagnostics.append(diagnose("T611", where, problem=problem, help=did_you_mean(patch.kind, kinds)))
    return Outcome(tuple(found), tuple(dict.fromkeys(diagnostics)))


def _patch(node: Node) -> Patch:
    body: Any = node.plain()
    environments = frozenset(body["environments"]) if "environments" in body else None
    return Patch(body["kind"], body.get("name"), environments, body.get("merge"), tuple(body.get("json", ())), node)


def _checked(patch: Patch, published: Published) -> Iterator[Diagnostic]:
    body, fields = _body(patch.node), published.kind(patch.kind)
    if "merge" in body:
        whole = published.whole(fields, partial=True)
        yield from Structure({patch.kind: whole}).problems(patch.kind, body["merge"])
    for operation in _items(body.get("json")):
        yield from _operation(_body(operation), fields, published)
    if not published.knows(patch.kind):
        yield diagnose("T614", patch.node.span, kind=patch.kind)


def _operation(body: Mapping[str, Node], kind: Fields, published: Published) -> Iterator[Diagnostic]:
    """What an operation names that is no field, or gives a field that it can't have."""
    fields = kind
    for key in ("from", "path"):
        if key not in body:
            continue
        fields = kind
        for name in _names(str(body[key].value)):
            is_item = "items" in fields and (name == "-" or name.isdecimal())
            below = published.below(fields, 0 if is_item else name)
            if below is None:
                problem = f"Kubernetes {published.version} has no field `{body[key].value}` in objects of this kind"
                help = did_you_mean(name, fields.get("properties", ()))
                yield diagnose("T611", body[key].span, problem=problem, help=help)
                return
            fields = below
    if body["op"].value in {"add", "replace"}:
        name = _names(str(body["path"].value))[-1]
        yield from Structure({name: published.whole(fields)}).problems(name, body["value"])


def _names(pointer: str) -> list[str]:
    """The names in a JSON Pointer (RFC 6901, section 4)."""
    return [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    assert isinstance(node.value, list), "the structure was checked"
    return node.value


def _body(node: Node) -> dict[str, Node]:
    assert isinstance(node.value, dict), "the structure was checked"
    return node.value
