"""Which kinds of document may set what (`owners:` in tenantc.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.model.layer import Layer, LayerKind

_KINDS = {
    LayerKind.WORKSPACE: "workspace",
    LayerKind.TIER: "tiers",
    LayerKind.MIXIN: "mixins",
    LayerKind.ENVIRONMENT: "environments",
    LayerKind.TENANT: "tenants",
}


def forbidden(layer: Layer, owners: Mapping[str, tuple[str, ...]]) -> Iterator[Diagnostic]:
    """T211 for each definition of a kind of document that may not set its path. The library's own are not judged."""
    if not owners or layer.id.library:
        return
    kind = _KINDS[layer.id.kind]
    for definition in layer.definitions:
        for pattern, kinds in owners.items():
            if kind not in kinds and _matches(definition.path, pattern) and definition.key_span is not None:
                allowed = ", ".join(kinds) or "no document"
                singular = layer.id.kind.value
                yield diagnose("T211", definition.key_span, path=definition.path, allowed=allowed, kind=singular)
                break


def _matches(path: str, pattern: str) -> bool:
    """Whether a path is one that a pattern means: `*` stands for one name, `**` for any number of them."""
    if pattern.endswith(".**"):
        upper = pattern[:-3]
        return path == upper or path.startswith((f"{upper}.", f"{upper}["))
    if path.count(".") != pattern.count(".") and "**" not in pattern:
        return False
    return fnmatchcase(path, pattern)
