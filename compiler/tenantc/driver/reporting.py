"""Gathers what the reports of a build tell, tenant by tenant, and writes them when all tenants are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeAlias

from tenantc import __version__
from tenantc.audit.coverage import coverage
from tenantc.audit.provenance import Provenance
from tenantc.audit.report import changes, summary
from tenantc.audit.report.comment import comment
from tenantc.audit.report.document import report_json
from tenantc.audit.report.groups import Subject
from tenantc.audit.report.oscal import Sources, assessment_results
from tenantc.audit.report.page import Shelf, page
from tenantc.audit.report.records import UNKNOWN, Records, Table
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver import cache, incident
from tenantc.driver.blame import Blame
from tenantc.driver.ledger import Ledger
from tenantc.driver.library import report_page
from tenantc.driver.listing import Listing
from tenantc.driver.manifest import Previous
from tenantc.driver.pipeline import Compiled, Pipeline, Tenant
from tenantc.driver.targets import targets
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen
from tenantc.source.memo import Kept

# the folders of tenants by environment
Homes: TypeAlias = Mapping[tuple[str, str], list[str]]

REPORT = "audit/report.json"
OSCAL = "audit/oscal-assessment-results.json"
COMMENT = "audit/report.md"
PAGE = "audit/report.html"
REPORTS = frozenset({REPORT, OSCAL, COMMENT, PAGE})
"""What a build tells of itself, anew each time."""
_POLICIES = ("policies/", "library/policies/")
_COMPILED = b"template of a report"
_CONTRADICTIONS = frozenset({"T511"})


class _Shelf(Shelf):
    """Compiled templates lie in the user's cache: to compile them takes longer than to fill them in."""

    def read(self, name: str) -> bytes | None:
        return cache.read(cache.key(_COMPILED, name.encode()))

    def write(self, name: str, data: bytes) -> None:
        cache.write(cache.key(_COMPILED, name.encode()), data)


# one for all, so that a process makes its template once
SHELF = _Shelf()


class Finished(Frozen, eq=False):
    """What came of a build as its manifest tells it: entries by tenant for those held and removed."""

    listing: Listing
    ledger: Ledger
    inputs: Mapping[str, str]
    held: Mapping[str, Mapping[str, Any]]
    removed: Mapping[str, Mapping[str, Any]]
    partial: bool


class Earlier(Frozen, eq=False):
    """An earlier build: what its manifest says, and a function that gives its files."""

    manifest: Previous
    read: Callable[[str], bytes]

    def report(self) -> Mapping[str, Any] | None:
        """Its report, if it has one with the bytes that its manifest lists."""
        listed = self.manifest.files.get("", {}).get(REPORT)
        try:
            data = self.read(REPORT) if listed is not None else b""
        except OSError:
            return None
        if sha256(data) != listed:
            return None
        found: Mapping[str, Any] = json.loads(data)
        return found if found["version"] == 1 else None


class Reporting:
    """What the reports of one build tell."""

    def __init__(self, pipeline: Pipeline, provenance: Provenance, blame: Blame | None = None) -> None:
        self._pipeline = pipeline
        self._blame = blame
        self._records = Records(provenance)
        self._broken: dict[Diagnostic, list[str]] = {}
        self._numbers: Kept[int] = Kept(256)

    def tenant(self, tenant: Tenant) -> None:
        """Takes in a tenant that was compiled, whatever came of it."""
        if tenant.spec.status == "terminated":
            return
        for diagnostic in tenant.diagnostics:
            if diagnostic.code in summary.BROKEN:
                self._broken.setdefault(diagnostic, []).append(tenant.spec.tenant_id)
        for compiled in tenant.environments.values():
            base, sections = compiled.base.settings.sections, compiled.resolved.settings.sections
            self._records.add(compiled.linked, base, sections, self._verdicts(compiled))

    def _verdicts(self, compiled: Compiled) -> int:
        """The number that the words of its verdicts have among the records'."""
        if compiled.checked is None:
            return UNKNOWN
        if compiled.judged is not None:
            verdicts = compiled.judged.verdicts
        else:
            hardened = self._pipeline.hardened(compiled.linked.stack)
            verdicts = self._pipeline.judgement.verdicts(compiled.checked, hardened, hardened.tier)
        known = self._numbers.get(verdicts)
        if known is None:
            words = tuple([(id, one.word) for id, one in verdicts.items()])
            known = self._numbers.put(self._records.verdicts.number(words), verdicts)
        return known

    @property
    def glass(self) -> int:
        """How many tenants break a rule with the leave of an incident."""
        used = summary.uses(incident.broken(self._pipeline.workspace.waivers), self._records)
        return len({record.tenant for _, users in used for record in users})

    def files(
        self, finished: Finished, replaced: Earlier, since: Earlier, written: Callable[[str], Iterator[bytes]]
    ) -> Iterator[tuple[str, Iterable[bytes]]]:
        """The reports with their paths in the build, each in pieces; one is written before the next is asked for.

        What this build could not look at is told as in the one that it replaces, changes are those `since` another.
        `written` gives the pieces of a report that was written.
        """
        earlier = replaced.report()
        homes = finished.listing.homes()
        unseen = self._carry(finished, homes, earlier)
        turned = earlier if since is replaced else since.report()
        head = self._head(finished, self._changes(finished, since.manifest, turned, homes), unseen)
        if self._blame is not None:
            head["blame"] = self._blame.lines(summary.places(head, self._records))
        names = Table()
        entries = (self._entry(key, finished, homes, names) for key in sorted(self._records.all))
        yield REPORT, report_json(head, self._records, names, entries)
        yield PAGE, page(head, report_page(), lambda: written(REPORT), SHELF)
        yield COMMENT, [comment(head).encode()]
        # whoever takes the files lists each before it asks for the next
        digest = finished.listing.held("", ["audit/"])[REPORT]
        pieces = self._oscal(head, digest, finished, homes)
        # where no framework is asked for, nothing was assessed
        first = next(pieces, None)
        if first is not None:
            yield OSCAL, chain([first], pieces)

    def _oscal(self, head: Mapping[str, Any], digest: str, finished: Finished, homes: Homes) -> Iterator[bytes]:
        def audit(tenant: str, environment: str) -> tuple[str, str] | None:
            home = (tenant, environment) if (tenant, environment) in homes else (tenant, "")
            return evidence(finished.listing.held(tenant, homes.get(home, ())), tenant, environment)

        records = self._records.all.values()
        subjects = [Subject(one.tenant, one.environment, one.frameworks, one.verdicts) for one in records]
        sources = Sources((REPORT, digest), policies(finished.inputs), audit)
        return assessment_results(head, summary.sets(self._records), subjects, sources)

    def _carry(self, finished: Finished, homes: Homes, earlier: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Takes in tenants that have artifacts, or are held, and that this build could not look at.

        Gives what was said of the rules that they break.
        """
        carried: set[str] = set()
        theirs = {(one["id"], one["environment"]): one for one in (earlier or {}).get("tenants", ())}
        for tenant, environment in homes:
            key = tenant, environment or "default"
            if key in self._records.all or tenant in finished.removed:
                continue
            if earlier is not None and key in theirs:
                self._records.carry(earlier, theirs[key])
                carried.add(tenant)
            else:
                self._records.unknown(*key)
        for tenant in finished.held.keys() - {tenant for tenant, _ in self._records.all}:
            self._records.unknown(tenant, "")
        return [] if earlier is None else list(summary.unseen(earlier, carried))

    def _entry(self, key: tuple[str, str], finished: Finished, homes: Homes, names: Table) -> bytes:
        tenant = key[0]
        # an environment may be called as the one is that needs no name
        home = key if key in homes else (tenant, "")
        folders = homes.get(home, [])
        files = finished.listing.held(tenant, folders)
        held = finished.held.get(tenant)
        beside: dict[str, Any] = {"state": "built"} if held is None else {"state": "held", "reason": held["reason"]}
        top = len(folders[0]) if folders else 0
        short = tuple([path[top:] for path in files])
        return self._records.all[key].entry(
            {**beside, "artifacts": names.number(short), "digests": list(files.values())}
        )

    def _head(self, finished: Finished, changes: dict[str, Any] | None, unseen: list[dict[str, Any]]) -> dict[str, Any]:
        pipeline, records = self._pipeline, self._records
        court, documents = pipeline.judgement.court, pipeline.workspace.documents
        policies = {name: (one, coverage(one, court.rules.values())) for name, one in documents.frameworks.items()}
        told, stated = finished.ledger.all(), pipeline.workspace.waivers
        used, glass = summary.uses(stated, records), incident.broken(stated)
        wide = self._wide(told)
        frameworks = summary.frameworks(policies, records, wide, pipeline.exhibits.shown)
        ids = {tenant for tenant, _ in records.all}
        return {
            "version": 1,
            "tool": {"name": "tenantc", "version": __version__},
            "as_of": pipeline.as_of,
            "platform": pipeline.workspace.options.platform,
            "partial": finished.partial,
            "counts": {"tenants": len(ids), "held": len(finished.held), "removed": len(finished.removed)},
            "frameworks": frameworks,
            "rules": summary.rules(court.rules.values()),
            "wide": wide,
            "failures": summary.failures(self._broken | self._fleet(told), court.rules, unseen),
            "waivers": summary.waivers(used, pipeline.as_of, glass),
            "evidence": summary.evidence(pipeline.exhibits, pipeline.as_of),
            "contradictions": summary.told(told, _CONTRADICTIONS),
            "settled": summary.settled(documents.frameworks.values()),
            "changes": changes,
            "held": [finished.held[id] for id in sorted(finished.held)],
            "removed": [finished.removed[id] for id in sorted(finished.removed)],
            "documents": self._documents(),
        }

    def _fleet(self, told: Iterable[Diagnostic]) -> dict[Diagnostic, list[str]]:
        """What was said of broken rules that are about no single tenant."""
        return {one: [] for one in told if one.code in summary.BROKEN and one not in self._broken}

    def _wide(self, told: Iterable[Diagnostic]) -> dict[str, str]:
        """How the rules came out that are about no single tenant; one that was not judged is left out."""
        broken = {dict(one.facts)["rule"] for one in self._fleet(told)}
        is_judged = not any(one.code == "T533" for one in told)
        rules = self._pipeline.judgement.court.wide.armed
        return {
            one.rule.id: "fail" if one.rule.id in broken else "pass"
            for one in rules
            if one.rule.over == "tiers" or is_judged
        }

    def _changes(
        self, finished: Finished, previous: Previous, earlier: Mapping[str, Any] | None, homes: Homes
    ) -> dict[str, Any] | None:
        if not previous.digest:
            return None
        folders: dict[str, list[str]] = {}
        for (tenant, _), theirs in homes.items():
            folders.setdefault(tenant, []).extend(theirs)
        both = previous.tenants() & folders.keys()
        changed = [one for one in both if finished.listing.held(one, folders[one]) != previous.files[one]]
        return {
            "since": {"as_of": previous.as_of, "manifest": previous.digest},
            "inputs": changes.inputs(previous.inputs, finished.inputs),
            "tenants": changes.tenants(previous.tenants(), folders, changed),
            "verdicts": None if earlier is None else changes.turns(earlier, self._records),
        }

    def _documents(self) -> list[dict[str, Any]]:
        """The documents that settings drive, with what each reads."""
        chosen = targets(self._pipeline.workspace.options)
        found = [(target.name, one.kind, sorted(one.reads)) for target in chosen for one in target.documents]
        return [{"target": target, "kind": kind, "reads": reads} for target, kind, reads in sorted(found)]


def policies(inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """The policies among the inputs of a build, with their digests."""
    return [(path, inputs[path]) for path in sorted(inputs) if path.startswith(_POLICIES)]


def evidence(files: Mapping[str, str], tenant: str, environment: str) -> tuple[str, str] | None:
    """The audit.json of a tenant in an environment among the tenant's files, with its digest."""
    folder = f"tenants/{tenant}/audit.json"
    return next(((path, files[path]) for path in (f"{environment}/{folder}", folder) if path in files), None)
