"""The report as assessment results of OSCAL, NIST's Open Security Controls Assessment Language, version 1.2.1.

https://pages.nist.gov/OSCAL/concepts/layer/assessment/assessment-results/. UUIDs are of version 5: those of tenants and
policies over their names, so that they stay from build to build, all others over the digest of report.json. Of the day
of a report no hour is known, so it stands for its first second, and the last day of a waiver for its last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tenantc.audit.report.findings import finding, properties, tokens
from tenantc.audit.report.groups import WANTING, Group, Report, Sets, Subject, by_verdicts, groups, waived
from tenantc.audit.report.records import json_text
from tenantc.diagnostics.markdown import prose
from tenantc.source.digest import uuid5
from tenantc.source.frozen import Frozen

VERSION: Final = "1.2.1"
# the UUID of version 5 of `urn:tenantc:oscal` in the namespace of URLs (RFC 9562 §6.6)
_NAMESPACE: Final = bytes.fromhex("92515c5ee72e5cdf85e0a04ddfff0d48")
# what a path may hold as it is (RFC 3986 §3.3)
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_NO_PLAN: Final = "No assessment plan was given: tenantc judges what a workspace says by rules, each time it compiles."

Object: TypeAlias = dict[str, Any]
# path from the build's folder, and SHA-256 digest
File: TypeAlias = tuple[str, str]


class Sources(Frozen, eq=False):
    """What the results rest on: report.json, the policies, and for a tenant in an environment its audit.json, if any.

    `scope` says what report.json was narrowed to, and is empty if it is whole.
    """

    report: File
    policies: Sequence[File]
    audit: Callable[[str, str], File | None]
    scope: str = ""


def assessment_results(report: Report, sets: Sets, subjects: Iterable[Subject], sources: Sources) -> Iterator[bytes]:
    """The results in pieces, one for each framework whose policy lists controls; nothing where there is none.

    Of `report`, report.json, the tables of what tenants share and have are not read: `sets` are its verdicts.
    """
    assessed = [one for one in report["frameworks"] if one["controls"]]
    if assessed:
        yield from _Results(report, sets, by_verdicts(subjects), sources).pieces(assessed)


class _Results:
    def __init__(self, report: Report, sets: Sets, subjects: Mapping[int, Sequence[Subject]], sources: Sources) -> None:
        self._report = report
        self._sets = sets
        self._subjects = subjects
        self._sources = sources
        self._start = f"{report['as_of']}T00:00:00Z"
        # an object has its UUID in one place: whoever a result describes is not described by the next
        self._described: set[Subject] = set()

    def _lasting(self, *parts: str) -> str:
        return uuid5(_NAMESPACE, json_text([self._report["platform"], *parts]))

    def _new(self, *parts: object) -> str:
        return uuid5(_NAMESPACE, json_text([self._sources.report[1], self._sources.scope, *parts]))

    def pieces(self, assessed: Sequence[Report]) -> Iterator[bytes]:
        head = {
            "uuid": self._new("assessment-results"),
            "metadata": self._metadata(),
            "import-ap": {"href": f"#{self._lasting('no plan')}", "remarks": _NO_PLAN},
        }
        yield f'{{"assessment-results": {json_text(head)[:-1]},\n"results": ['.encode()
        for number, framework in enumerate(assessed):
            yield b",\n" if number else b"\n"
            yield from self._result(framework)
        yield b"\n]"
        yield from _listed("back-matter", self._resources(), '{"resources": ', "}}}\n")

    def _metadata(self) -> Object:
        report = self._report
        tool = report["tool"]
        idle = [one["id"] for one in report["frameworks"] if not one["controls"]]
        said = [f"Tenants are also to meet {', '.join(idle)}, whose policies list no controls."] if idle else []
        if report["partial"]:
            said.append("Only some tenants were compiled; of the others this tells what an earlier build did.")
        return {
            "title": prose(f"What was decided for the tenants of {report['platform']}"),
            "last-modified": self._start,
            "version": report["as_of"],
            "oscal-version": VERSION,
            "props": properties(tool=f"{tool['name']} {tool['version']}"),
            "links": [
                {"href": f"#{self._lasting('policy', path)}", "rel": "reference"} for path, _ in self._sources.policies
            ],
            **({"remarks": prose(" ".join(said))} if said else {}),
        }

    def _result(self, framework: Report) -> Iterator[bytes]:
        id = framework["id"]
        held = groups(framework, self._report, self._sets, self._subjects)
        controls = {"include-controls": [{"control-id": one} for one in tokens(framework["controls"])]}
        head = {
            "uuid": self._new("result", id),
            "title": prose(framework["title"] or id),
            "description": f"How each control of {prose(id)} stands for {_tenants(framework['tenants'])}.",
            "start": self._start,
            "end": self._start,
            "props": properties(framework=id, edition=framework["version"], tenants=framework["tenants"]),
            "reviewed-controls": {"control-selections": [controls]},
        }
        yield json_text(head)[:-1].encode()
        items = self._items(held)
        if items:
            yield from _listed("local-definitions", items, '{"inventory-items": ', "}")
        yield from _listed("observations", self._observations(framework, held))
        risks = self._risks(framework, held)
        if risks:
            yield from _listed("risks", risks.values())
        yield from _listed("findings", self._findings(framework, held, risks))
        yield b"}"

    def _subject(self, one: Subject) -> str:
        return self._lasting("tenant", one.environment, one.tenant)

    def _items(self, held: Sequence[Group]) -> list[Object]:
        """What is to be said of tenants that no result before has described."""
        fresh = sorted({one for group in held for one in group.subjects} - self._described)
        self._described.update(fresh)
        return [
            {
                "uuid": self._subject(one),
                "description": prose(f"tenant {one.tenant} in environment {one.environment}"),
                "props": properties(tenant=one.tenant, environment=one.environment),
            }
            for one in fresh
        ]

    def _observations(self, framework: Report, held: Sequence[Group]) -> Iterator[Object]:
        """The first of all tenants, then one for each group."""
        whole = {"href": f"#{self._lasting('report')}", "description": "The report with the verdicts of all rules."}
        head = {"methods": ["TEST"], "collected": self._start}
        yield {
            "uuid": self._new("observation", framework["id"]),
            "description": f"The rules that controls cite were tested on {_tenants(framework['tenants'])}.",
            **head,
            "types": ["control-objective"],
            "relevant-evidence": [whole],
        }
        for number, group in enumerate(held):
            subjects = [{"subject-uuid": self._subject(one), "type": "inventory-item"} for one in group.subjects]
            words = [pair for rule, word in group.words for pair in properties(**{word: rule})]
            yield {
                "uuid": self._new("observation", framework["id"], number),
                "description": self._told(group),
                **({"props": words} if words else {}),
                **head,
                "types": ["finding"],
                **({"subjects": subjects} if subjects else {}),
                "relevant-evidence": [*self._evidence(group), whole],
            }

    def _told(self, group: Group) -> str:
        alike = f"The rules came out alike for {_tenants(len(group.subjects))}"
        if not group.words:
            return f"{alike}: nobody could judge, since settings are wrong or a file cannot be read."
        titles = ((word, rule, self._report["rules"].get(rule, {}).get("title", "")) for rule, word in group.words)
        return f"{alike}: " + "; ".join(prose(f"{word}, {rule} ({title})") for word, rule, title in titles) + "."

    def _evidence(self, group: Group) -> Iterator[Object]:
        for one in group.subjects:
            file = self._sources.audit(one.tenant, one.environment)
            if file is not None:
                what = f"Verdicts and settings of tenant {one.tenant}, with their origins."
                yield {"href": _href(f"../{file[0]}"), "description": prose(what), "props": properties(sha256=file[1])}

    def _risks(self, framework: Report, held: Sequence[Group]) -> dict[int, Object]:
        """Waivers that count for a tenant of the framework, by their place among all."""
        cited = {rule for control in framework["controls"] for rule in control["rules"]}
        found = {}
        for number, waiver in enumerate(self._report["waivers"]):
            theirs = list(waived(waiver, held)) if waiver["rule"] in cited else []
            if theirs:
                related = [self._observation(framework, place) for place, _ in theirs]
                subjects = [one for _, named in theirs for one in named]
                found[number] = self._risk(waiver, [framework["id"], number], subjects, related)
        return found

    def _risk(self, waiver: Report, at: Sequence[object], subjects: Sequence[Subject], related: list[Object]) -> Object:
        rule = self._report["rules"][waiver["rule"]]
        factor = {
            "uuid": self._new("mitigating factor", *at),
            "description": prose(
                f"Until {waiver['until']} by leave of {waiver['approver']}, as is stated: nobody signs."
            ),
            "subjects": [{"subject-uuid": self._subject(one), "type": "inventory-item"} for one in subjects],
        }
        return {
            "uuid": self._new("risk", *at),
            "title": prose(f"{waiver['rule']} is broken with leave"),
            "description": prose(waiver["reason"]) or "No reason is given.",
            "statement": prose(f"{rule['title']}: {rule['because']}"),
            "props": properties(rule=waiver["rule"], approver=waiver["approver"], at=waiver["at"]),
            "status": "deviation-approved",
            "mitigating-factors": [factor],
            "deadline": f"{waiver['until']}T23:59:59Z",
            "related-observations": related,
        }

    def _observation(self, framework: Report, *number: int) -> Object:
        return {"observation-uuid": self._new("observation", framework["id"], *number)}

    def _findings(self, framework: Report, held: Sequence[Group], risks: Iterable[int]) -> Iterator[Object]:
        waivers = self._report["waivers"]
        for place, (control, name) in enumerate(zip(framework["controls"], tokens(framework["controls"]), strict=True)):
            wanting = [number for number, group in enumerate(held) if group.states[place] in WANTING]
            seen = [self._observation(framework), *(self._observation(framework, number) for number in wanting)]
            related = [number for number in risks if waivers[number]["rule"] in control["rules"]]
            allowed = [{"risk-uuid": self._new("risk", framework["id"], number)} for number in related]
            yield {
                "uuid": self._new("finding", framework["id"], control["id"]),
                **finding(control, name),
                **({"related-observations": seen} if control["rules"] else {}),
                **({"related-risks": allowed} if allowed else {}),
            }

    def _resources(self) -> Iterator[Object]:
        yield {"uuid": self._lasting("no plan"), "title": "No assessment plan", "description": _NO_PLAN}
        path, digest = self._sources.report
        links = _links(f"../{path}", "application/json", digest)
        yield {"uuid": self._lasting("report"), "title": "The report of the build", "rlinks": links}
        for path, digest in self._sources.policies:
            yield {
                "uuid": self._lasting("policy", path),
                "title": prose(f"Policy {path}"),
                "description": "An input, called as manifest.json calls it: it does not lie in the build.",
                "rlinks": _links(path, "application/yaml", digest),
            }


def _tenants(count: int) -> str:
    return f"{count} tenant{'' if count == 1 else 's'}"


def _links(path: str, kind: str, digest: str) -> list[Object]:
    return [{"href": _href(path), "media-type": kind, "hashes": [{"algorithm": "SHA-256", "value": digest}]}]


def _href(path: str) -> str:
    """A path as a relative reference (RFC 3986 §4.1)."""
    return "".join([chr(one) if one in _PLAIN else f"%{one:02X}" for one in path.encode()])


def _listed(name: str, objects: Iterable[Object], start: str = "", end: str = "") -> Iterator[bytes]:
    """A member whose objects stand each on a line."""
    between = f',\n"{name}": {start}[\n'
    for one in objects:
        yield f"{between}{json_text(one)}".encode()
        between = ",\n"
    yield f"\n]{end}".encode()
