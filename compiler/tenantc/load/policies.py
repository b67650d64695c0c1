"""What policies say of controls and rules."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.spec import Control, Enforcement, Setting
from tenantc.source.node import Node


def read_policy(
    body: Mapping[str, Node],
) -> tuple[tuple[Control, ...], tuple[Enforcement, ...], tuple[Setting, ...]]:
    """The controls, the enforcement of rules, and the values of their parameters, as the structure allows them."""
    controls = tuple(
        Control(id, _text(node, "title") or id, _text(node, "evidence"), body["controls"].key_span(id))
        for id, node in _entries(body.get("controls")).items()
    )
    enforce = tuple(
        Enforcement(
            rule,
            _text(node, "level"),
            _text(node, "from"),
            _text(node, "until"),
            _text(node, "reason"),
            _text(node, "owner"),
            body["enforce"].key_span(rule),
        )
        for rule, node in _entries(body.get("enforce")).items()
    )
    params = tuple(
        Setting(rule, name, value.plain(), value.span)
        for rule, node in _entries(body.get("params")).items()
        for name, value in _entries(node).items()
    )
    return controls, enforce, params


def _entries(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _text(node: Node, key: str) -> str:
    found = _entries(node).get(key)
    return found.value if found is not None and isinstance(found.value, str) else ""
