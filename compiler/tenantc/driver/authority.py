"""Who may do what: what tiers, mixins, environments, policies, waivers and rules of a workspace allow and require."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.workspace import Workspace
from tenantc.model.layer import Layer, LayerKind, Named
from tenantc.model.rule import Rule
from tenantc.model.spec import HOUSE, Framework, Tier, Waiver
from tenantc.model.stack import Stack
from tenantc.source.value import Record, Value


class Document(NamedTuple):
    """A document that tenants are under: its kind (tier, mixin, environment, policy, …) and its name."""

    kind: str
    name: str


class Term(NamedTuple):
    """One thing that is granted or required: its kind, whom or what it is about, and the document that says it."""

    kind: str
    subject: str
    document: Document

    @property
    def text(self) -> str:
        """What it is about, in words."""
        kind, name = self.document
        whose = "" if kind == "rule" else f"of {kind} {name}"
        return " ".join(part for part in (self.subject, whose) if part)


Terms = dict[Term, Value]


def terms(pipeline: Pipeline) -> Terms:
    """Everything that shared documents, and the library's beneath them, grant or require.

    A tier is taken with those that it extends, and a mixin with the library's of its name.
    """
    workspace = pipeline.workspace
    documents = workspace.documents
    found: Terms = {}
    for name, tier in documents.tiers.items():
        found |= _tier(tier, pipeline.linker.chain(name).value or (tier,))
    for name, mixin in documents.mixins.items():
        at = Document("mixin", name)
        theirs = documents.library_mixins.get(name)
        if theirs is not None and any(named.name == name for named in mixin.extends):
            found |= _bounds(theirs.layer, at)
        found |= _bounds(mixin.layer, at)
        found |= _listed(at, extends=tuple(one for one in _names(mixin.extends) if one != name))
    for name, environment in documents.environments.items():
        found |= _bounds(environment.layer, Document("environment", name))
    for name, framework in documents.frameworks.items():
        found |= _policy(framework, Document("policy", name))
    top = Document("workspace", workspace.options.platform)
    for pattern, kinds in workspace.options.owners.items():
        found[Term("owners", pattern, top)] = tuple(kinds)
    for literal in workspace.options.literals:
        found[Term("literal", literal, top)] = "let through"
    for rule, _ in workspace.rules:
        if not rule.library:
            found[Term("rule", rule.id, Document("rule", rule.id))] = _rule(rule)
    return found


def waivers(workspace: Workspace) -> dict[str, dict[str, Value]]:
    """By tenant and rule, what waivers say, whether or not they are in force."""
    found: dict[str, dict[str, list[Record]]] = {}
    for waiver in workspace.waivers:
        for tenant in waiver.tenants:
            found.setdefault(tenant.name, {}).setdefault(waiver.rule.name, []).append(_waiver(waiver))
    return {
        tenant: {rule: held[0] if len(held) == 1 else tuple(held) for rule, held in rules.items()}
        for tenant, rules in found.items()
    }


def over(compiled: Compiled) -> Iterator[Document]:
    """The documents that a tenant in an environment is under."""
    stack = compiled.linked.stack
    yield Document("tier", stack.tier)
    yield from (Document("mixin", name) for name in _mixins(stack))
    yield Document("environment", stack.environment)
    yield from (Document("policy", name) for name in (HOUSE, *stack.frameworks))


def standing(compiled: Compiled) -> Mapping[str, Value]:
    """What a tenant in an environment is: its tier, frameworks and mixins, those included that its tier brings."""
    stack = compiled.linked.stack
    return {"tier": stack.tier, "frameworks": stack.frameworks, "mixins": _mixins(stack)}


def _mixins(stack: Stack) -> tuple[str, ...]:
    ids = (layer.id for level in stack.levels for layer in level.layers)
    return tuple(sorted({id.name for id in ids if id.kind is LayerKind.MIXIN}))


def _tier(tier: Tier, chain: Sequence[Tier]) -> Terms:
    at = Document("tier", tier.name)
    found: Terms = {}
    mixins: list[str] = []
    grade = tier.name
    for one in chain:
        found |= _bounds(one.layer, at)
        mixins += _names(one.mixins)
        grade = one.grade or grade
    above = tuple(dict.fromkeys(one.name for one in chain if one.name != tier.name))
    return found | _listed(at, extends=above, mixins=tuple(mixins), grade=grade)


def _bounds(layer: Layer, at: Document) -> Terms:
    found: Terms = {Term("ceiling", one.path, at): one.value for one in layer.ceilings}
    found |= {Term("cap", one.path, at): one.value for one in layer.caps}
    found |= {Term("lock", one.name, at): "locked" for one in layer.locks}
    return found | {Term("grant", one.name, at): "granted" for one in layer.grants}


def _listed(at: Document, **held: Value) -> Terms:
    return {Term(kind, "", at): value for kind, value in held.items() if value != ()}


def _policy(policy: Framework, at: Document) -> Terms:
    found: Terms = {Term("spelling", one.name, at): "accepted" for one in policy.accepts}
    for control in policy.controls:
        found[Term("control", control.id, at)] = _stated(title=control.title, evidence=control.evidence)
    for one in policy.enforce:
        told = _stated(**{"from": one.start}, until=one.until, reason=one.reason, owner=one.owner)
        found[Term("enforce", one.rule, at)] = Record({"level": one.level, **told})
    for param in policy.params:
        value = param.value
        found[Term("param", f"{param.rule}.{param.name}", at)] = (
            value if isinstance(value, (int, float)) else str(value)
        )
    for preference in policy.settle:
        told = _stated(prefer=preference.prefer, reason=preference.reason, approver=preference.approver)
        found[Term("settle", ", ".join(sorted(preference.rules)), at)] = told
    if policy.version:
        found[Term("version", "", at)] = policy.version
    return found


def _rule(rule: Rule) -> Value:
    required = tuple(getattr(clause.condition, "text", "") for clause in rule.clauses)
    return Record(
        {
            "requires": required,
            "severity": rule.severity.value,
            "basis": tuple(clause.basis.value for clause in rule.clauses),
            "applies": str(rule.applies) if rule.applies else "to everybody",
        }
        | _stated(
            when=getattr(rule.guard, "text", ""),
            **{"from": rule.effective},
            until=rule.until,
            params=", ".join(f"{param.name} = {param.value}" for param in rule.params),
            unwaivable="yes" if rule.unwaivable else "",
        )
    )


def _waiver(waiver: Waiver) -> Record:
    up_to = "" if waiver.up_to is None else str(waiver.up_to)
    return Record(
        {
            **_stated(until=waiver.until, reason=waiver.reason, approver=waiver.approver, up_to=up_to),
            **_listing(environments=_names(waiver.environments), items=waiver.items),
        }
    )


def _stated(**texts: str) -> Record:
    return Record({key: text for key, text in texts.items() if text})


def _listing(**lists: tuple[str, ...]) -> Record:
    return Record({key: held for key, held in lists.items() if held})


def _names(named: tuple[Named, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in named)
