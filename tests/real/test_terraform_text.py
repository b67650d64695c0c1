"""What Terraform itself makes of the texts and references that the writer prints: text stays text, code stays code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

from tenantc.emit.document import Tree, text
from tenantc.emit.formats import FORMATS
from tenantc.emit.node import Expr
from tests.real.terraform import Terraform
from tests.trees import AWKWARD, PLACED, filler

CODE = Expr("local.zone")


def test_every_text_comes_out_of_terraform_as_it_was_meant(terraform: Terraform, tmp_path: Path) -> None:
    wanted: dict[str, Any] = {}
    trees: list[tuple[Tree, str]] = []
    for awkward in (*AWKWARD, *map(chr, (*range(1, 0x21), *range(0x7F, 0xA1), *range(0x2000, 0x2070)))):
        texts: dict[str, Tree] = {
            awkward: text(awkward),
            f"{awkward}<code>": text(awkward, CODE),
            f"<code>{awkward}<code>{awkward}": text(CODE, PLACED[0], CODE, PLACED[0]),
            f"${awkward}{{x}}": text("$", PLACED[0], "{x}"),
        }
        for meant, node in texts.items():
            wanted[f"o{len(wanted)}"] = meant
            trees.append((node, awkward))
    shape, template = FORMATS["terraform"].one([{"locals": {"zone": "<code>"}}])
    parts = [(shape, template.fill({}))]
    for name, (node, awkward) in zip(wanted, trees, strict=True):
        shape, template = FORMATS["terraform"].one([{"output": {name: {"value": node}}}])
        parts.append((shape, template.fill(filler({"one.a": awkward}))))
    (tmp_path / "main.tf.json").write_bytes(FORMATS["terraform"].file(parts))
    (tmp_path / "tenant.tfvars.json").write_text("{}")
    for arguments in (("init", "-input=false"), ("plan", "-input=false", "-out=plan")):
        ran = terraform.run(tmp_path, *arguments)
        assert ran.returncode == 0, ran.stderr
    shown = json.loads(terraform.run(tmp_path, "show", "-json", "plan").stdout)
    found = {name: output["value"] for name, output in shown["planned_values"]["outputs"].items()}
    # Terraform keeps every text in Unicode's normal form C
    assert found == {name: normalize("NFC", meant) for name, meant in wanted.items()}
