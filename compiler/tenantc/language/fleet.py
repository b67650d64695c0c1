"""Rules over the fleet: what they ask of each tenant, apart from what they require of all."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.language.condition import Condition, reads_of
from tenantc.language.format import show
from tenantc.language.infer import Folded
from tenantc.language.operands import Typed
from tenantc.language.syntax import Variable
from tenantc.model.rule import Basis, Clause, Fold, Rule
from tenantc.source.frozen import replace
from tenantc.source.path import Path


def over_fleet(rule: Rule, folded: Mapping[str, Folded], by: Path) -> Rule:
    """The rule with its folds; its guard says which tenants count, and so belongs to what is asked of each."""
    clauses: list[Clause] = []
    folds: list[Fold] = []
    reads = set(rule.guards)

    def asked(typed: Typed) -> int:
        reads.update(reads_of(typed))
        clauses.append(Clause(Condition(show(typed.node), typed.node.at, typed), Basis.HOUSE, rule.span))
        return len(clauses) - 1

    for name, one in folded.items():
        default = Condition(name, 0, Typed(Variable(name), one.result))
        value = asked(one.value)
        folds.append(Fold(name, default, one.function, value, asked(one.where) if one.where is not None else -1))
    columns = replace(rule, clauses=tuple(clauses), reads=frozenset(reads))
    return replace(rule, guard=None, by=by, folds=tuple(folds), columns=columns, reads=frozenset(reads))
