"""report.json (schemas/cli/report.json) in pieces: the head, what tenants share, and a line for each tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tenantc.audit.report.records import Records, Table, json_text
from tenantc.audit.report.summary import sets


def report_json(head: Mapping[str, Any], records: Records, names: Table, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The report, a line for each thing that it lists, so that two of them can be compared line by line.

    `names` are the lists of file names that entries refer to by number.
    """
    yield b"{\n"
    for key, value in head.items():
        yield f"{json_text(key)}: {_block(value)},\n".encode()
    yield f'"verdicts": {_block(sets(records))},\n'.encode()
    yield from _table("sections", (f"{{\n{text}\n}}" for text in records.sections))
    yield from _table("stacks", (json_text(stack) for stack in records.stacks))
    between = b'"tenants": [\n'
    for entry in entries:
        yield between + entry
        between = b",\n"
    yield b'"tenants": []' if between.startswith(b'"') else b"\n]"
    yield b",\n"
    # known when the last entry is
    yield from _table("names", map(json_text, names), end="\n}\n")


def narrowed_json(report: Mapping[str, Any]) -> Iterator[bytes]:
    """A report that is whole in memory, laid out alike."""
    between = "{\n"
    for key, value in report.items():
        yield f"{between}{json_text(key)}: {_block(value)}".encode()
        between = ",\n"
    yield b"\n}\n"


def _table(name: str, texts: Iterable[str], end: str = ",\n") -> Iterator[bytes]:
    lines = ",\n".join(texts)
    yield f'"{name}": [{lines}]{end}'.encode()


def _block(value: Any) -> str:
    """JSON with a line for each member of a list or mapping that is not empty."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(json_text, value)) + "\n]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"{json_text(key)}: {json_text(one)}" for key, one in value.items()) + "\n}"
    return json_text(value)
