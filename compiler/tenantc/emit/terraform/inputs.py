"""What the platform has made already: a network, a zone, a topic, where tenants' resources stand in or speak to.

A document that needs one says `needs="workspace.terraform.inputs.NAME"` and refers to it by `Ref("local", NAME)`.
Each tenant can have one of its own: `{tenant.id}` in a text stands for its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tenantc.emit.document import Expr, Names, Result, Tree, Unsupported, document
from tenantc.emit.terraform.place import LOOKS, OF_TENANT, Place, located, place, says
from tenantc.source.path import Path, child
from tenantc.source.value import Record, Value

INPUTS: Final[Path] = "workspace.terraform.inputs"
STATES: Final[Path] = "workspace.terraform.states"
LAYOUT: Final[Path] = "workspace.terraform.layout"
FILE: Final = "inputs.tf.json"
_LOOKS: Final = (INPUTS, STATES, *LOOKS)


@document("terraform", kind="locals", needs=INPUTS, looks=(LAYOUT, *_LOOKS), file=FILE, beside="main.tf.json")
def inputs(
    names: Names,
    layout: str,
    stated: Record,
    states: Record | None,
    environment: str,
    account: str | None,
    region: str | None,
    cluster: str | None,
) -> Result:
    """Where the tenant's root finds them; as a module it is told."""
    here = {**place(environment, account, region, cluster), OF_TENANT: names.tenant_id}
    if layout == "tenant":
        return found(stated, states, here)
    handed = shared(stated)
    mine = found(Record({name: one for name, one in stated.items() if name not in handed}), states, here)
    if isinstance(mine, Unsupported):
        return mine
    told: Tree = {
        "variable": {name: {"description": f"The platform's {name}.", "nullable": False} for name in handed},
        "locals": {name: Expr(f"var.{name}") for name in handed},
    }
    return [told, mine]


def own(value: Value) -> bool:
    """Whether each tenant has an input of its own."""
    return says(value, OF_TENANT)


def shared(stated: Record) -> Record:
    """The inputs that are no single tenant's."""
    return Record({name: one for name, one in stated.items() if not own(one)})


@document("terraform", kind="locals", scope="estate", needs=INPUTS, looks=_LOOKS, file=FILE, beside="main.tf.json")
def estate_inputs(
    stated: Record,
    states: Record | None,
    environment: str,
    account: str | None,
    region: str | None,
    cluster: str | None,
) -> Result:
    """Where the estate's root finds those that are no single tenant's."""
    return found(shared(stated), states, place(environment, account, region, cluster))


def found(
    stated: Record, states: Record | None, here: Place, suffix: str = "", provider: str | None = None
) -> Mapping[str, Tree] | Unsupported:
    """Values as they are, and what Terraform has to look up by blocks of data, each name longer by `suffix`.

    https://developer.hashicorp.com/terraform/language/state/remote-state-data
    """
    problem = next(_problems(stated, states or Record(), here), None)
    if problem is not None:
        return problem
    values: dict[str, Tree] = {}
    data: dict[str, dict[str, Tree]] = {}
    for name, one in stated.items():
        label = f"{name}{suffix}"
        match one:
            case {"state": str(state), "output": str(output)}:
                values[label] = Expr(f"data.terraform_remote_state.{state}{suffix}.outputs.{output}")
                assert states is not None, "a state that is not described is a problem"
                data.setdefault("terraform_remote_state", {})[f"{state}{suffix}"] = located(states[state], here)
            case {"data": str(kind), "attribute": str(attribute)}:
                values[label] = Expr(f"data.{kind}.{label}.{attribute}")
                arguments = one.get("arguments") if isinstance(one, Record) else None
                block = located(arguments or Record(), here)
                assert isinstance(block, dict), "a mapping stays one"
                data.setdefault(kind, {})[label] = {"provider": provider, **block}
            case {"regions": Record() as regions}:
                values[label] = located(regions[str(here["region"])], here)
            case _:
                values[label] = located(one, here)
    return {"data": dict(data) or None, "locals": values or None}


def _problems(stated: Record, states: Record, here: Place) -> Iterator[Unsupported]:
    for name, one in stated.items():
        path = child(INPUTS, name)
        match one:
            case {"state": str(state)} if state not in states:
                yield Unsupported(f"{path}.state", ("say under `terraform.states` where that state is",))
            case {"regions": Record() as regions} if here["region"] not in regions:
                yield Unsupported(f"{path}.regions", (f"say what it is in `{here['region']}`",))
