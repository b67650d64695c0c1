"""Which evidence counts on a day, for the controls that no setting can decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.model.spec import Evidence, Framework
from tenantc.source.span import Span

# evidence that ends within this many days is told, as waivers are
_SOON: Final = 30

# by framework and control
Shown: TypeAlias = dict[tuple[str, str], Evidence]


class Exhibits:
    """The evidence of a workspace as of one day: what counts, the one that counts longest for each control."""

    def __init__(self, stated: Iterable[Evidence], frameworks: Mapping[str, Framework], as_of: str) -> None:
        self._frameworks = frameworks
        self._as_of = as_of
        self.all = tuple(stated)
        self.diagnostics: list[Diagnostic] = []
        self.shown: Shown = {}
        for one in sorted(self.all, key=lambda one: one.until):
            if not self._refused(one):
                self.shown[one.framework.name, one.control.name] = one
        for one in self.all:
            # what something newer takes the place of may end
            if self.shown.get((one.framework.name, one.control.name), one) is one:
                self._ends(one)

    def _refused(self, one: Evidence) -> bool:
        """Whether evidence counts for nothing."""
        framework = self._frameworks.get(one.framework.name)
        if framework is None:
            help = did_you_mean(one.framework.name, self._frameworks)
            return self._say("T522", one, one.framework.span, "is for no framework that there is", help)
        controls = {control.id: control for control in framework.controls}
        control = controls.get(one.control.name)
        if control is None:
            help = did_you_mean(one.control.name, controls)
            return self._say("T522", one, one.control.span, "is for no control of its policy", help)
        if one.date > one.until:
            return self._say("T522", one, one.until_span, f"ends before the day on which it was made, {one.date}")
        if not control.evidence:
            help = "delete it, or say in the policy what `evidence:` the control asks for"
            return self._say("T523", one, one.control.span, "is not needed: rules decide the control", help)
        return one.date > self._as_of or one.until < self._as_of

    def _ends(self, one: Evidence) -> None:
        help = "have it shown anew"
        if one.until < self._as_of:
            self._say("T523", one, one.until_span, f"ended on {one.until}", help)
        elif date.fromisoformat(one.until) <= date.fromisoformat(self._as_of) + timedelta(days=_SOON):
            self._say("T523", one, one.until_span, f"ends on {one.until}", help)

    def _say(self, code: str, one: Evidence, span: Span, problem: str, help: str = "") -> bool:
        facts = {"framework": one.framework.name, "control": one.control.name, "problem": problem}
        self.diagnostics.append(diagnose(code, span, help=help, **facts))
        return True
