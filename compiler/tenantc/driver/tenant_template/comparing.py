"""Compares documents that were tried out, setting by setting."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tenantc.driver.pipeline import Compiled
from tenantc.driver.tenant_template.drafting import Tried
from tenantc.model.identity import fill
from tenantc.model.resolved import Resolved
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, exact


def is_inherited(path: Path, whole: Tried, bare: Tried) -> bool:
    """Whether a setting is what it would be without the document, before and after hardening."""
    return all(
        _said(one.resolved, one, path) == _said(bare.environments[name].inherited, one, path)
        and alike(path, whole, bare)
        for name, one in whole.environments.items()
        if name in bare.environments
    )


def says(bare: Tried, path: Path, value: Any) -> bool:
    """Whether a setting is this value without the document, whatever else it says."""
    found = [_said(one.resolved, one, path) for one in bare.environments.values()]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return bool(found) and all(one is not None and one == _key(value) for one in found)


def _key(value: Any) -> Hashable:
    """What `_said` gives for a value as templates write it."""
    return exact(UNLIMITED if value == "unlimited" else tuple(value) if isinstance(value, list) else value)


def alike(path: Path, left: Tried, right: Tried) -> bool:
    """Whether a setting is the same in two tries."""
    return all(
        _said(one.resolved, one, path) == _said(right.environments[name].resolved, one, path)
        for name, one in left.environments.items()
        if name in right.environments
    )


def _said(resolved: Resolved, compiled: Compiled, path: Path) -> Hashable:
    value = resolved.settings.before_caps(path)
    return None if value is None else exact(fill(value, compiled.linked.spec.identity))
