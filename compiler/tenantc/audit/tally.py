"""Verdicts of a fleet, counted from its tenants' audit.json without reading more of each than its beginning."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

# as `audit.provenance` lays the file out; no text in it holds a line break
_BEFORE: Final = b',\n "counts": '
_BEHIND: Final = b",\n"


class Tally:
    """Takes in reports one by one. Those of equal counts are counted together."""

    def __init__(self) -> None:
        self._texts: Counter[bytes] = Counter()

    def add(self, report: bytes) -> bool:
        """Takes in a report; False if its counts don't stand in as much of it as this."""
        _, before, rest = report.partition(_BEFORE)
        text, behind, _ = rest.partition(_BEHIND)
        if before and behind:
            self._texts[text] += 1
        return bool(before and behind)

    def verdicts(self) -> Mapping[str, Mapping[str, int]]:
        """How many verdicts came out how: of all rules, and of those that cite each framework."""
        found: dict[str, Counter[str]] = {"all": Counter()}
        for text, times in self._texts.items():
            for framework, counts in json.loads(text).items():
                sums = found.setdefault(framework, Counter())
                for word, count in counts.items():
                    sums[word] += count * times
        return {name: dict(sorted(found[name].items())) for name in ("all", *sorted(found.keys() - {"all"}))}
