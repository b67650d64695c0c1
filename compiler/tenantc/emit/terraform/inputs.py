"""What the platform has made already: a network, a zone, a topic, where tenants' resources stand in or speak to.

A document that needs one says `needs="workspace.terraform.inputs.NAME"` and refers to it by `Ref("local", NAME)`.
Each tenant can have one of its own: `{tenant.id}` in a text stands for its id.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Expr, Names, Result, Text, Tree, Unsupported, document, text
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

INPUTS: Final[Path] = "workspace.terraform.inputs"
_LOOKS: Final = (INPUTS, "workspace.terraform.states")
_FILE: Final = "inputs.tf.json"
_ID: Final = "{tenant.id}"


@document("terraform", kind="locals", needs=INPUTS, looks=_LOOKS, file=_FILE, beside="main.tf.json")
def inputs(names: Names, stated: Record, states: Record | None) -> Result:
    """Where the tenant's root finds them."""
    return _found(stated, states or Record(), names)


@document("terraform", kind="locals", scope="estate", needs=INPUTS, looks=_LOOKS, file=_FILE, beside="main.tf.json")
def estate_inputs(stated: Record, states: Record | None) -> Result:
    """Where the estate's root finds those that are no single tenant's."""
    return _found(Record({name: one for name, one in stated.items() if not own(one)}), states or Record(), None)


def own(value: Value) -> bool:
    """Whether each tenant has an input of its own."""
    match value:
        case Record():
            return any(own(item) for item in value.values())
        case tuple():
            return any(own(item) for item in value)
    return isinstance(value, str) and mentions_tenant(value)


def mentions_tenant(stated: str) -> bool:
    return _ID in stated


def _found(stated: Record, states: Record, names: Names | None) -> Result:
    """Values as they are; what Terraform has to look up, by blocks of data.

    https://developer.hashicorp.com/terraform/language/state/remote-state-data
    """
    found: dict[str, Tree] = {}
    data: dict[str, dict[str, Tree]] = {}
    for name, one in stated.items():
        match one:
            case {"state": str(state), "output": str(output)}:
                if state not in states:
                    return Unsupported(f"{INPUTS}.{name}.state", ("say under `terraform.states` where that state is",))
                found[name] = Expr(f"data.terraform_remote_state.{state}.outputs.{output}")
                data.setdefault("terraform_remote_state", {})[state] = _tree(states[state], names)
            case {"data": str(kind), "attribute": str(attribute)}:
                found[name] = Expr(f"data.{kind}.{name}.{attribute}")
                arguments = one.get("arguments") if isinstance(one, Record) else None
                data.setdefault(kind, {})[name] = _tree(arguments or Record(), names)
            case _:
                found[name] = _tree(one, names)
    return {"data": dict(data) or None, "locals": found}


def _tree(value: Value, names: Names | None) -> Tree:
    """An option as it stands in tenantc.yaml, but for the tenant's id."""
    if isinstance(value, Record):
        return {key: _tree(item, names) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_tree(item, names) for item in value]
    assert isinstance(value, (bool, int, float, str)), "options hold what YAML does"
    return placed(value, names) if names is not None and isinstance(value, str) and mentions_tenant(value) else value


def placed(stated: str, names: Names) -> Text:
    """A text of the platform's with the tenant's id where it says so."""
    first, *rest = stated.split(_ID)
    return text(first, *(part for literal in rest for part in (names.tenant_id, literal)))
