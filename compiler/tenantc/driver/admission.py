"""Which targets of a workspace are built: all that it names, unless something is wrong with what a package offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver import library, offers
from tenantc.driver.options import OPTIONS, Options
from tenantc.driver.targets import OWN, known
from tenantc.emit.build import Refusal
from tenantc.emit.contract import strangers
from tenantc.emit.plan import Failure
from tenantc.emit.targets import Target
from tenantc.load.structure import Structure
from tenantc.model.layer import Named
from tenantc.model.schema import Schema
from tenantc.source.node import Node

_EXTENSIONS = "extensions"
# what each tenant has whatever the targets are
_ALWAYS = ("settings.json", "audit.json")


def admitted(options: Options, schema: Schema) -> Outcome[list[str]]:
    """The names of the targets that are built, and what is wrong with others: T606, T609, T12x for `extensions:`."""
    names = {named.name: named for named in options.targets}
    assert isinstance(options.node.value, dict), "the structure was checked"
    targets = known(options)
    lonely = list(_lonely(names, targets))
    if names.keys() <= OWN.keys() and _EXTENSIONS not in options.node.value:
        return Outcome(list(names), tuple(lonely))
    wrong = {name: list(_refused(named)) for name, named in names.items()}
    owners = _owners(targets)
    for target in targets:
        problems = [*_clashes(target, owners), *strangers(target, schema, _seen(target))] if target.package else ()
        wrong[target.name] += [_unusable(names[target.name], target.package, problem) for problem in problems]
    diagnostics = [*lonely, *(one for told in wrong.values() for one in told)]
    # what a target that isn't there would take, nobody knows
    misstated = [] if diagnostics else _misstated(options, targets)
    left = [name for name, told in wrong.items() if not told and (name in OWN or not misstated)]
    return Outcome(left, (*diagnostics, *misstated))


def failed(refusal: Refusal, failure: Failure, options: Options) -> Diagnostic:
    """T615: a document of another package raised something."""
    named = next(one for one in options.targets if one.name == refusal.target)
    [package] = [one.package for one in known(options) if one.name == refusal.target]
    document = f"document `{refusal.document}`" if refusal.document else "what its documents make together"
    facts = {"name": refusal.target, "package": package, "document": document, "error": failure.error}
    return diagnose("T615", named.span, help=_way_out(named.name, package), **facts)


def _refused(named: Named) -> Iterator[Diagnostic]:
    """What is wrong with a name of `targets:` by itself."""
    offer = offers.find(named.name)
    if named.name in OWN:
        if offer is not None:
            yield _unusable(named, offer.package, "tenantc has a target of that name itself")
    elif offer is None:
        help = did_you_mean(named.name, OWN.keys() | offers.names())
        yield diagnose("T606", named.span, name=named.name, help=help)
    else:
        yield from (_unusable(named, offer.package, problem) for problem in offer.problems)


def _unusable(named: Named, package: str, problem: str) -> Diagnostic:
    facts = {"name": named.name, "package": package, "problem": problem}
    return diagnose("T609", named.span, help=_way_out(named.name, package), **facts)


def _way_out(name: str, package: str) -> str:
    return f"mend {package}, or take `{name}` off `targets:`"


def _owners(targets: Iterable[Target]) -> dict[str, str]:
    """Who writes each file: of two targets tenantc's own, or the first. Some file systems tell no `A` from `a`."""
    owners = dict.fromkeys(_ALWAYS, "tenantc itself")
    for target in sorted(targets, key=lambda one: bool(one.package)):
        for name, _ in target.files:
            owners.setdefault(name.casefold(), f"target `{target.name}`")
    return owners


def _lonely(names: Mapping[str, Named], targets: list[Target]) -> Iterator[Diagnostic]:
    """Targets with documents that stand beside a file which none of them writes."""
    written = {name for target in targets for name, _ in target.files}
    for target in targets:
        for file in sorted({one.beside for one in target.documents if one.beside} - written):
            owners = [own.name for own in OWN.values() if file in {name for name, _ in own.files}]
            problem = f"it goes with `{file}`, and no target here writes that"
            facts = {"name": target.name, "package": target.package or "tenantc", "problem": problem}
            help = f"add `{owners[0]}` to `targets:`" if owners else _way_out(target.name, target.package)
            yield diagnose("T609", names[target.name].span, help=help, **facts)


def _clashes(target: Target, owners: dict[str, str]) -> Iterator[str]:
    for name, _ in target.files:
        owner = owners[name.casefold()]
        if owner != f"target `{target.name}`":
            yield f"it writes `{name}`, and so does {owner}"


def _seen(target: Target) -> dict[str, Any]:
    """The JSON Schema of what a target's documents see of tenantc.yaml: of `extensions`, what is its own."""
    stated = library.document_schema("workspace")["properties"]
    own = {target.name: target.options or {"additionalProperties": False}}
    seen = {key: stated[key] for key in OPTIONS} | {_EXTENSIONS: {"properties": own, "additionalProperties": False}}
    return {"properties": seen, "additionalProperties": False}


def _misstated(options: Options, targets: list[Target]) -> list[Diagnostic]:
    """What is wrong with `extensions:`, where each target says what it takes; one that is left out says nothing."""
    top = options.node
    assert isinstance(top.value, dict), "the structure was checked"
    taken = {one.name: {"type": "object"} | dict(one.options) for one in targets if one.options is not None}
    empty = {one.name: Node({}, *one.span, {}) for one in options.targets if one.name in taken}
    stated = top.value.get(_EXTENSIONS, Node({}, *top.span, {}))
    assert isinstance(stated.value, dict), "the structure was checked"
    whole = Node(empty | stated.value, *stated.span, stated.keys)
    schema = {"properties": {_EXTENSIONS: {"properties": taken, "additionalProperties": False}}}
    return Structure({"workspace": schema}).problems("workspace", Node({_EXTENSIONS: whole}, *top.span, {}))
