"""How documents speak of what the platform has made already: `terraform.inputs` of tenantc.yaml (see inputs.py)."""

from __future__ import annotations

from tenantc.emit.document import Ref, Unsupported
from tenantc.emit.terraform.inputs import INPUTS
from tenantc.source.path import Path


def option(name: str) -> Path:
    """The option that says where an input is."""
    return f"{INPUTS}.{name}"


def standing(name: str) -> Ref:
    """What the input is, in a document that is written only where the option says it."""
    return Ref("local", name)


def unmet(name: str, says: str, path: Path) -> Unsupported:
    """What a document returns where a setting asks for what only an input gives; `says` is what the input tells."""
    return Unsupported(path, (f"say in `terraform.inputs.{name}` in tenantc.yaml {says}",))


def lacking(*names: str) -> Unsupported:
    """What a document returns that lacks these inputs, besides the one without which it is not written."""
    return Unsupported(option(names[0]), tuple(f"say `{name}` under `terraform.inputs`" for name in names))
