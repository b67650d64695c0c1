"""Where a root of Terraform lies: what `{region}` and its like stand for in the options of tenantc.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from tenantc.emit.document import Part, Tree, text
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

LOOKS: Final[tuple[Path, ...]] = (
    "deployment.environment",
    "deployment.account",
    "deployment.region",
    "deployment.cluster",
)
_WORD: Final = r"\{(root|tenant\.id|environment|account|region|cluster)\}"

OF_TENANT: Final = "tenant.id"
"""The word for what each tenant has of its own."""

Place: TypeAlias = Mapping[str, Part]


def place(environment: str, account: str | None, region: str | None, cluster: str | None) -> Place:
    """What the words stand for, of what `LOOKS` names; where a workspace doesn't say, for nothing."""
    return {"environment": environment, "account": account or "", "region": region or "", "cluster": cluster or ""}


def located(value: Value, here: Place) -> Tree:
    """An option as it stands in tenantc.yaml, with the words replaced that `here` knows."""
    match value:
        case Record():
            return {key: located(item, here) for key, item in value.items()}
        case tuple():
            return [located(item, here) for item in value]
        case str():
            # words and what stands between them take turns
            parts = re.split(_WORD, value)
            said: list[Part] = [
                here.get(part, f"{{{part}}}") if index % 2 else part for index, part in enumerate(parts)
            ]
            return "".join(map(str, said)) if all(isinstance(part, str) for part in said) else text(*said)
        case _:
            assert isinstance(value, (bool, int, float)), "options hold what YAML does"
            return value


def says(value: Value, word: str) -> bool:
    """Whether a word stands anywhere in an option."""
    if isinstance(value, Record):
        return any(says(item, word) for item in value.values())
    if isinstance(value, tuple):
        return any(says(item, word) for item in value)
    return isinstance(value, str) and word in re.findall(_WORD, value)
