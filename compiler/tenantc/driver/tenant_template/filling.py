"""Works a template's texts out: with the variables that were given, and what a tier says about terms and features."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.driver.tenant_template.document import TenantTemplate
from tenantc.load.jinja import FUNCTIONS, Expressions, Missing, Refusal, Scope
from tenantc.model.secrets import is_kept
from tenantc.source.frozen import Frozen
from tenantc.source.node import Node
from tenantc.source.path import Path
from tenantc.source.span import part, whole
from tenantc.source.value import Value

# what a document says about itself, which its expressions may ask for
IDENTITY: Final = ("tenant_id", "tenant_name", "tier", "owner_email", "industry", "region")
# what a tier has instead of a tenant's identity, while texts are worked out; no text may hold these characters
PLACES: Final = {"tenant_id": "\ue000", "tenant_name": "\ue001", "owner_email": "\ue002"}
_PLACED: Final = re.compile(f"[{''.join(PLACES.values())}]")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST = 4096  # characters of a variable
_SHOWN = 10  # places of one missing variable
_TOLD = 500  # missing variables, and other mistakes
_CYCLES = {"monthly": 1, "quarterly": 3, "annual": 12}
_MONTHS = {"contract_end_date": "contract_months", "next_review_date": "review_months"}

Look = Callable[[Path], Value | None]
"""Gives the value that a tier has for a setting."""

Seal = Callable[[str], str]
"""Gives a secret as it stands sealed in a spec."""


class Lacking(Frozen):
    """Stands where there is no value."""


LACKING: Final = Lacking()


def checked_variables(given: Mapping[str, object]) -> dict[str, object]:
    """Variables as they may be given: texts, numbers and booleans by name. Raises ValueError."""
    for name, value in given.items():
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"`{name[:_LONGEST]}` is no name of a variable: letters, digits and `_`")
        if not isinstance(value, (bool, int, float, str)):
            raise ValueError(f"the variable `{name}` is no text, number or boolean")  # noqa: TRY004 as the others
        if len(str(value)) > _LONGEST:
            raise ValueError(f"the variable `{name}` has more than {_LONGEST} characters")
        if isinstance(value, str) and _PLACED.search(value):
            raise ValueError(f"the variable `{name}` holds a character of no meaning")
    return dict(given)


class Filling:
    """Works the texts of one template out, and collects what is wrong with them."""

    def __init__(self, template: TenantTemplate, variables: Mapping[str, object], as_of: str) -> None:
        assert isinstance(template.root.value, dict), "a template is a mapping"
        self._root = template.root
        self._top = template.root.value
        self._given = dict(variables)
        self._as_of = date.fromisoformat(as_of)
        self._look: Look = lambda _: None
        self._features: frozenset[str] | None = None
        self._expressions = Expressions()
        self._asked: list[str] = []
        self._known: dict[str, object] = {}
        self._prefix = ""
        self._seal: Seal | None = None
        self._sealed: dict[str, str] = {}
        self._problems: list[Diagnostic] = []
        self._missing: dict[str, list[Blame]] = {}
        self.secrets: dict[str, str] = {}
        functions: dict[str, Callable[..., object]] = {name: self._dated(name) for name in FUNCTIONS}
        self._scope = Scope(self._value, functions | {"feature_enabled": self._has_feature}, self._secret)

    def look_into(self, look: Look) -> None:
        """Takes terms from this tier."""
        self._look = look

    def enable(self, features: frozenset[str]) -> None:
        """Answers for features."""
        self._features = features

    def keep_secrets(self, prefix: str) -> None:
        """Takes the references of secrets to begin so."""
        self._prefix = prefix

    def seal_secrets(self, seal: Seal) -> None:
        """Takes secrets that are given to be sealed."""
        self._seal = seal

    def identity(self, name: str) -> object:
        """A part of the tenant's identity: as it was given, else as the template says it; `LACKING` if neither does."""
        value = self._value(name)
        return LACKING if value is None or isinstance(value, (Missing, Refusal)) else value

    def work_out(self, node: Node) -> object:
        """The value of a node as plain data; `LACKING` where something is wrong, which `diagnostics` tells."""
        if isinstance(node.value, dict):
            return {name: self.work_out(inner) for name, inner in node.value.items()}
        if isinstance(node.value, list):
            return [self.work_out(item) for item in node.value]
        return self._text(node) if isinstance(node.value, str) else node.value

    def lack(self, name: str, node: Node) -> None:
        """Notes that a variable is asked for at a place."""
        blames = self._missing.setdefault(name, [])
        if Blame(node.span) not in blames:
            blames.append(Blame(node.span))

    def diagnostics(self) -> list[Diagnostic]:
        """Everything that is wrong with the texts, variables without a value among it."""
        found = self._problems[:_TOLD]
        for name, blames in sorted(self._missing.items())[:_TOLD]:
            option = name.removesuffix("()")
            help = f"give it: `--set {option}=…`"
            if option in _TERMS:
                help = f"the tier may state `{_TERMS[option]}`; or {help}"
            found.append(diagnose("T141", *blames[:_SHOWN], help=help, name=name, count=_times(len(blames))))
        for more, what in ((len(self._problems), "mistakes"), (len(self._missing), "variables without a value")):
            if more > _TOLD:
                problem = f"has {more} {what}, of which the first {_TOLD} are told"
                found.append(diagnose("T143", whole(self._root.text), problem=problem))
        return list(dict.fromkeys(found))

    def _text(self, node: Node) -> object:
        text = node.value
        assert isinstance(text, str), "asked of texts only"
        if _PLACED.search(text):
            self._problems.append(diagnose("T140", node.span, problem="holds a character of no meaning"))
            return LACKING
        found = self._expressions.work_out(text, self._scope)
        if isinstance(found, Missing):
            for name in found.names:
                self.lack(name, node)
            return LACKING
        if isinstance(found, Refusal):
            span = part(node.span, text, found.offset, found.length) if found.length else node.span
            self._problems.append(diagnose("T140", span, problem=found.problem, help=found.help))
            return LACKING
        return found

    def _value(self, name: str) -> object:
        """A variable's value; None if it has none."""
        if name in self._given:
            return self._given[name]
        if name in self._known:
            return self._known[name]
        if name not in IDENTITY:
            return self._look(_RESIDENCY) if name == "data_residency_region" else None
        node = self._top.get(name)
        if node is None or (self._asked and self._asked[-1] == name):
            return None
        if name in self._asked:
            chain = [*self._asked[self._asked.index(name) :], name]
            return Refusal(f"waits for itself: {' → '.join(f'`{one}`' for one in chain)}", "give one of them")
        self._asked.append(name)
        worked = self.work_out(node)
        self._asked.pop()
        # what is wrong with it is told where it stands
        self._known[name] = Missing(()) if worked is LACKING else worked
        return self._known[name]

    def _secret(self, name: str) -> object:
        given = self._given.get(name)
        if isinstance(given, str) and is_kept(given):
            return given
        if self._seal is not None and given is not None:
            if name not in self._sealed:
                self._sealed[name] = self._seal(str(given))
            return self._sealed[name]
        self.secrets[name] = f"{self._prefix}{name}#value"
        return self.secrets[name]

    def _has_feature(self, name: object) -> object:
        if not isinstance(name, str):
            return Refusal("asks for a feature that is no name")
        if self._features is None:
            return Refusal("asks for a feature where features are decided", "write what the list holds")
        return name in self._features

    def _dated(self, name: str) -> Callable[[], object]:
        return lambda: self._given.get(name) or self._day(name) or Missing((f"{name}()",))

    def _day(self, name: str) -> str:
        """What a function without arguments gives; nothing if the tier doesn't say."""
        if name == "current_timestamp":
            return f"{self._as_of.isoformat()}T00:00:00Z"
        stated = self._look(_ENDS[name]) if name in _ENDS else None
        if isinstance(stated, str):
            return stated
        if name == "subscription_end_date":
            return _later(self._as_of, _CYCLES[str(self._look("billing.subscription.cycle"))]).isoformat()
        length = self._look(_TERMS[name])
        if not isinstance(length, int):
            return ""
        months = name in _MONTHS
        return (_later(self._as_of, length) if months else self._as_of + timedelta(days=length)).isoformat()


_RESIDENCY = "compliance.data_governance.data_residency_region"
# the settings that say when something ends, and those that say how long it is
_ENDS = {
    "trial_expiry_date": "billing.subscription.trial.end",
    "subscription_end_date": "billing.subscription.end",
    "contract_end_date": "billing.subscription.end",
}
_TERMS = {
    "trial_expiry_date": "billing.terms.trial_days",
    **{name: f"billing.terms.{setting}" for name, setting in _MONTHS.items()},
}


def placed(value: object) -> object:
    """A value for a tier: with references in the places of identity, and no other ones."""
    if isinstance(value, list):
        return [placed(item) for item in value]
    if not isinstance(value, str):
        return value
    names = {character: name for name, character in PLACES.items()}
    text = value.replace("${", "$${")
    return _PLACED.sub(lambda found: f"${{tenant.{names[found[0]].removeprefix('tenant_')}}}", text)


def _later(day: date, months: int) -> date:
    """The same day of a later month, or its last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def is_worked_out(value: Any) -> bool:
    """Whether nothing lacks anywhere in a value."""
    if isinstance(value, dict):
        return all(is_worked_out(inner) for inner in value.values())
    if isinstance(value, list):
        return all(is_worked_out(item) for item in value)
    return value is not LACKING
