"""What reports know of each tenant, in little memory for however many: what tenants share is written once."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tenantc.audit.provenance import FILLED, Provenance
from tenantc.model.settings import Section
from tenantc.model.stack import Linked
from tenantc.source.frozen import Frozen

json_text: Final = json.JSONEncoder(ensure_ascii=False).encode
Sections: TypeAlias = Mapping[str, Section]
# the words of verdicts by rule, sorted by rule
Words: TypeAlias = tuple[tuple[str, str], ...]
# what stands in the place of a number where nobody knows
UNKNOWN: Final = -1
# an entry has these from tables, or from what lies beside it in the build
_SHARED: Final = frozenset({"frameworks", "verdicts", "stack", "state", "reason", "artifacts", "digests"})


class Record(Frozen, eq=False):
    """A tenant in an environment.

    `text` is its entry without what tables hold: `frameworks` (canonical ids, sorted), the verdicts by number, and the
    settings of its stack by number.
    """

    tenant: str
    environment: str
    text: str
    frameworks: tuple[str, ...]
    verdicts: int
    stack: int

    def own(self) -> Mapping[str, Any]:
        """The settings that it has otherwise than its stack."""
        own: Mapping[str, Any] = json.loads(self.text)["own"]
        return own

    def entry(self, beside: Mapping[str, Any]) -> bytes:
        """As report.json has it, with what is known of its state and its artifacts."""
        shared = {"frameworks": self.frameworks, "verdicts": self.verdicts, "stack": self.stack, **beside}
        return f"{self.text[:-1]}, {json_text(shared)[1:]}".encode()


class Table:
    """Values with numbers: equal ones have one."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._numbers)


class Records:
    """The tenants of a build as reports know them, by id and environment."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self.all: dict[tuple[str, str], Record] = {}
        self.verdicts = Table()
        # the texts of sections, and which of them a stack consists of
        self.sections = Table()
        self.stacks = Table()
        # the number of a stack by its sections, which live as long as this does
        self._known: dict[tuple[Section, ...], int] = {}

    def add(self, linked: Linked, base: Sections, sections: Sections, verdicts: int) -> None:
        """A tenant that was resolved: what its stack gives, hardened, what it makes of it, its verdicts' number."""
        spec = linked.spec
        head = {
            "id": spec.tenant_id,
            "name": spec.tenant_name,
            "environment": linked.environment or "default",
            "status": spec.status,
            "tier": linked.stack.tier,
            "region": linked.region,
            "spec": str(linked.spec.span),
        }
        text = f'{json_text(head)[:-1]}, "own": {{{", ".join(self._own(base, sections))}}}}}'
        self._put(head, text, linked.stack.frameworks, verdicts, self._stack(base))

    def carry(self, earlier: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
        """A tenant that an earlier report tells of, as it was."""
        number, stack = entry["verdicts"], entry["stack"]
        if number != UNKNOWN:
            number = self.verdicts.number(words(earlier["verdicts"][number]))
        if stack != UNKNOWN:
            texts = [_lines(earlier["sections"][one]) for one in earlier["stacks"][stack]]
            stack = self.stacks.number(tuple([self.sections.number(text) for text in texts]))
        head = {key: value for key, value in entry.items() if key not in _SHARED}
        self._put(head, json_text(head), tuple(entry["frameworks"]), number, stack)

    def unknown(self, tenant: str, environment: str) -> None:
        """A tenant of whom nothing is known but that it is there."""
        head = {"id": tenant, "environment": environment or "default", "own": {}}
        self._put(head, json_text(head), (), UNKNOWN, UNKNOWN)

    def _put(self, head: Mapping[str, Any], text: str, frameworks: tuple[str, ...], number: int, stack: int) -> None:
        key = head["id"], head["environment"]
        self.all[key] = Record(*key, text, frameworks, number, stack)

    def _stack(self, base: Sections) -> int:
        held = tuple([base[name] for name in sorted(base) if name not in FILLED and base[name].definitions])
        known = self._known.get(held)
        if known is None:
            texts = [self._provenance.section(section).decode() for section in held]
            known = self._known[held] = self.stacks.number(tuple([self.sections.number(text) for text in texts]))
        return known

    def _own(self, base: Sections, sections: Sections) -> Iterator[str]:
        """The lines of the settings that a tenant has otherwise than its stack."""
        for name in sorted(sections):
            section, below = sections[name], base.get(name)
            if name in FILLED or section is below:
                continue
            lines = self._provenance.lines(section)
            for path in sorted(_changed(section, below)):
                if path in lines:
                    yield lines[path].lstrip()


def words(by_word: Mapping[str, Sequence[str]]) -> Words:
    """Verdicts by rule, of the rules by verdict."""
    return tuple(sorted((rule, word) for word, rules in by_word.items() for rule in rules))


def by_word(words: Words) -> dict[str, list[str]]:
    """The rules by verdict."""
    found: dict[str, list[str]] = {}
    for rule, word in words:
        found.setdefault(word, []).append(rule)
    return dict(sorted(found.items()))


def _changed(section: Section, below: Section | None) -> set[str]:
    found: set[str] = set()
    one: Section | None = section
    while one is not None and one is not below:
        found.update(one.changed if one.base is not None else one.definitions)
        one = one.base
    return found


def _lines(settings: Mapping[str, Any]) -> str:
    """A section as it is laid out in audit.json."""
    return ",\n".join(f"  {json_text(path)}: {json_text(found)}" for path, found in settings.items())
