"""What policies say of controls and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tenantc.model.layer import Named
from tenantc.model.spec import Control, Enforcement, Evidence, Preference, Setting, Waiver
from tenantc.source.node import Node


def read_policy(
    body: Mapping[str, Node],
) -> tuple[tuple[Control, ...], tuple[Enforcement, ...], tuple[Setting, ...], tuple[Preference, ...]]:
    """The controls, and what the policy says of rules: their enforcement, their parameters, which it prefers."""
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
    return controls, enforce, params, tuple(_preferences(body.get("settle")))


def _preferences(node: Node | None) -> Iterator[Preference]:
    for one in _items(node):
        rules = tuple(str(rule.value) for rule in _items(_entries(one)["rules"]))
        yield Preference(rules, _text(one, "prefer"), _text(one, "reason"), _text(one, "approver"), one.span)


def read_waivers(node: Node) -> Iterator[Waiver]:
    """The waivers of a document, as the structure allows them."""
    for one in _items(node):
        body = _entries(one)
        yield Waiver(
            Named(_text(one, "rule"), body["rule"].span),
            _names(body["tenants"]),
            _text(one, "until"),
            _text(one, "reason"),
            _text(one, "approver"),
            _names(body.get("environments")),
            tuple(str(item.value) for item in _items(body.get("items"))),
            body["up_to"].plain() if "up_to" in body else None,
            body["until"].span,
        )


def read_evidence(node: Node) -> Iterator[Evidence]:
    """The evidence of a document, as the structure allows it."""
    for one in _items(node):
        body = _entries(one)
        framework, control = (Named(_text(one, key), body[key].span) for key in ("framework", "control"))
        owner, link, sha256, date, until = (_text(one, key) for key in ("owner", "link", "sha256", "date", "until"))
        yield Evidence(framework, control, owner, link, sha256, date, until, body["until"].span)


def _names(node: Node | None) -> tuple[Named, ...]:
    return tuple(Named(str(item.value), item.span) for item in _items(node))


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _entries(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _text(node: Node, key: str) -> str:
    found = _entries(node).get(key)
    return found.value if found is not None and isinstance(found.value, str) else ""
