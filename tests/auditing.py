"""A workspace of hostile texts: one tenant keeps a rule, one breaks it, one breaks it with leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.compiling import tenant, write

HOSTILE = "<script>x</script> [a](javascript:b) | ``@team`` https://evil.example {{ insert }} \u202e"
_POLICY = {
    "policy": "ours",
    "title": HOSTILE,
    "accepts": ["OURS"],
    "controls": {
        "A(1)": {"title": HOSTILE},
        "A_1_": {"title": "an id that the other's token would be"},
        "no one": {"title": "no rule cites it"},
        "shown": {"title": "what no setting says", "evidence": HOSTILE},
        "1": {"title": "whoever has users"},
    },
}
_WAIVER = {
    "rule": "few-users",
    "tenants": ["excusedco"],
    "until": "2026-11-20",
    "reason": HOSTILE,
    "approver": "ciso@example.com",
}
_RULES = {
    "rules/few-users.rule": """\
        rule few-users
          title    "Few users"
          because  "Each of them may go."
          require  limits.max_users <= 4
                   message "tenant {tenant.id} calls itself {tenant.name}"
          severity low
          basis    house
          controls ours "A(1)", "A_1_"
        """,
    "rules/some-users.rule": """\
        rule some-users
          title    "Some users"
          because  "Nobody pays otherwise."
          require  limits.max_users > 0
          severity low
          basis    house
          controls ours "1"
        """,
}


def spoiled(root: Path) -> Path:
    """A workspace with one more tenant, `wrongco`, whom nobody can judge: its settings are wrong."""
    text = tenant("limits.max_users: 0", more="compliance_requirements: [OURS]\n").replace("acme", "wrongco")
    return write(root, {"tenants/wrongco.yaml": text, "tenantc.yaml": (root / "tenantc.yaml").read_text()})


def audited(root: Path) -> Path:
    """The workspace: tenants `goodco`, `badco` and `excusedco`, which are to meet the framework `ours`."""
    specs = {}
    for id, users in (("goodco", 3), ("badco", 5), ("excusedco", 5)):
        text = tenant(f"limits.max_users: {users}", more="compliance_requirements: [OURS]\n")
        specs[f"tenants/{id}.yaml"] = text.replace("acme", id).replace("Acme", json.dumps(f"{id} {HOSTILE}"))
    files: dict[str, Any] = {"policies/ours.yaml": json.dumps(_POLICY), "waivers/w.yaml": json.dumps([_WAIVER])}
    return write(root, files | specs | _RULES)
