"""Applies a workspace's patches to what documents make, before it is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tenantc.emit.document import Document, NoRegion, Result, Unsupported
from tenantc.emit.node import Misfit
from tenantc.model.patch import Patch
from tenantc.model.published import MERGE_KEY, STRATEGY, Fields, Published
from tenantc.source.frozen import replace

_DIRECTIVE: Final = "$patch"
# what tells an object from others, and what others find it by
_FIXED: Final = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
_OWN: Final = "tenantc/"


def patched(
    document: Document, patches: Sequence[Patch], published: Published, used: Callable[[Patch], object]
) -> Document:
    """The document with patches of its kind applied, in their order; `used` is told of each that meets an object."""

    def build(*arguments: object) -> Result:
        result = document.build(*arguments)
        if result is None or isinstance(result, (Unsupported, NoRegion, Misfit)):
            return result
        made = [_plain(tree) for tree in (result if isinstance(result, (list, tuple)) else [result])]
        for index, tree in enumerate(made):
            for patch in patches:
                if isinstance(tree, dict) and _meets(patch, tree):
                    used(patch)
                    after = applied(patch, made[index], published)
                    if isinstance(after, Misfit):
                        return after
                    made[index] = after
        return made

    return replace(document, build=build)


def applied(patch: Patch, tree: dict[str, Any], published: Published) -> dict[str, Any] | Misfit:
    """An object, a tree without what is left out, as a patch changes it."""
    if patch.merge is not None:
        after = _merged(tree, patch.merge, published.kind(patch.kind), published)
    else:
        changed = _operated(tree, patch.operations)
        if isinstance(changed, str):
            return Misfit(patch.node.span, changed)
        after = changed
    for path in _FIXED:
        if not _same(_at(after, path), _at(tree, path)):
            return Misfit(patch.node.span, f"it changes `{'.'.join(path)}`, by which others find the object")
    before, labels = (_at(one, ("metadata", "labels")) or {} for one in (tree, after))
    for key in (*before, *labels):
        if key.startswith(_OWN) and not _same(before.get(key), labels.get(key)):
            return Misfit(patch.node.span, f"it changes the label `{key}`, by which others find the object")
    return after


def _meets(patch: Patch, tree: Mapping[str, Any]) -> bool:
    name = _at(tree, ("metadata", "name"))
    return patch.name is None or (isinstance(name, str) and name == patch.name)


def _plain(tree: Any) -> Any:
    """A tree of fresh mappings and lists, without the entries that are left out."""
    if isinstance(tree, Mapping):
        return {key: _plain(one) for key, one in tree.items() if one is not None}
    if isinstance(tree, (list, tuple)):
        return [_plain(one) for one in tree if one is not None]
    return tree


def _at(tree: Any, path: Sequence[str]) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _same(one: Any, other: Any) -> bool:
    # a slot is compared with nothing: a patch either leaves it where it stands or not
    return one is other or (isinstance(one, str) and isinstance(other, str) and one == other)


def _operated(tree: dict[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any] | str:
    """RFC 6902; what is wrong if one of the operations finds nothing to do."""
    from jsonpatch import JsonPatch, JsonPatchException
    from jsonpointer import JsonPointerException

    after = _plain(tree)
    for number, operation in enumerate(operations, 1):
        try:
            after = JsonPatch([operation]).apply(after, in_place=True)
        except (JsonPatchException, JsonPointerException):
            return f"operation {number}, `{operation['op']} {operation['path']}`, does not fit the object"
        except TypeError:
            # a slot refuses to be compared
            return f"operation {number} tests `{operation['path']}`, which every tenant has another of"
    assert isinstance(after, dict), "the object itself stays"
    return after


def _merged(tree: dict[str, Any], patch: Mapping[str, Any], fields: Fields, published: Published) -> dict[str, Any]:
    """A strategic merge patch.

    https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
    """
    found = {} if patch.get(_DIRECTIVE) == "replace" else dict(tree)
    for key, value in patch.items():
        if key == _DIRECTIVE:
            continue
        if value is None or (isinstance(value, Mapping) and value.get(_DIRECTIVE) == "delete"):
            found.pop(key, None)
            continue
        below = published.below(fields, key) or {}
        held = found.get(key)
        if isinstance(value, Mapping):
            found[key] = _merged(held if isinstance(held, dict) else {}, value, below, published)
        elif isinstance(value, list) and isinstance(held, list) and below.get(STRATEGY) == "merge":
            found[key] = _listed(held, value, below, published)
        else:
            found[key] = _plain(value)
    return found


def _listed(held: list[Any], patch: list[Any], fields: Fields, published: Published) -> list[Any]:
    """A list whose items a key tells apart, or of plain values each of which stands in it once."""
    key = fields.get(MERGE_KEY)
    if key is None:
        return [*held, *(one for one in patch if one not in held)]
    if any(set(one) == {_DIRECTIVE} for one in patch):
        return [_plain(one) for one in patch if set(one) != {_DIRECTIVE}]
    found = list(held)
    for item in patch:
        at = next((index for index, one in enumerate(found) if _same(one.get(key), item.get(key))), None)
        if item.get(_DIRECTIVE) == "delete":
            found = [one for index, one in enumerate(found) if index != at]
        elif at is None:
            found.append(_merged({}, item, published.below(fields, 0) or {}, published))
        else:
            found[at] = _merged(found[at], item, published.below(fields, 0) or {}, published)
    return found
