"""What commands share: finding the workspace, the day, and printing diagnostics."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from tenantc.cli.usage import UsageError
from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.diagnostics.render import as_json, in_order, render
from tenantc.driver import files
from tenantc.driver.as_of import as_of
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import Workspace, load
from tenantc.model.spec import Spec
from tenantc.model.verdict import Strictness

# files: below that, a build is over before a bar is seen
_LONG = 500
# ECMA-48, select graphic rendition: red, yellow, cyan
_COLOURS = {Severity.ERROR: 31, Severity.WARNING: 33, Severity.NOTE: 36}


# ends a command with what there is to say, given the way to what its paths are relative to
End: TypeAlias = Callable[[Iterable[Diagnostic], str], NoReturn]


class Session:
    """One run of a command on one workspace; `end` ends it in formats other than `human` and `json`."""

    def __init__(self, start: Path, format_: str, day: str | None, end: End | None = None) -> None:
        root = files.find_workspace(start)
        if root is None:
            raise UsageError(diagnose("T901", path=files.shown(start)).message)
        self.root = root
        self.format = format_
        self.day = day
        self.end = end
        shown = files.shown(root)
        self.prefix = "" if shown == "." else f"{shown}/"

    def pipeline(self, fail_on: str = "block") -> Pipeline:
        """The workspace, read; ends the command if tenantc.yaml itself is unusable."""
        loaded = load(self.root)
        if loaded.value is None:
            self.finish({}, loaded.diagnostics)
        workspace = loaded.value
        assert workspace is not None
        pipeline = Pipeline(workspace, self.as_of(workspace.options.as_of), Strictness(fail_on))
        if self.end is not None:
            pipeline.judgement.excused = {}
        return pipeline

    def as_of(self, written: str | None) -> str:
        """The day as of which to compile a workspace that may have one written in its tenantc.yaml."""
        try:
            return as_of(self.day, written)
        except ValueError:
            raise UsageError("a day is written as YYYY-MM-DD, and SOURCE_DATE_EPOCH in seconds") from None

    def spec(self, workspace: Workspace, tenant: str) -> tuple[Spec, list[Diagnostic]]:
        """One tenant by id, read from the files that mention it; ends the command if there is none."""
        specs, diagnostics = workspace.find([tenant])
        if not specs:
            if has_errors(diagnostics):
                self.finish({}, diagnostics)
            raise UsageError(f"{diagnose('T902', tenant=tenant).message}{workspace.slip(tenant)}")
        return specs[0], diagnostics

    def say(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Prints diagnostics for people, on stderr."""
        say(diagnostics, self.prefix)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        """A progress bar on long work on a terminal; elsewhere nothing."""
        if self.format != "human" or total < _LONG or not sys.stderr.isatty():
            yield lambda: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)

    def finish(self, document: dict[str, Any], diagnostics: Iterable[Diagnostic]) -> NoReturn:
        """Prints what there is to say and ends the command: exit 1 if anything is an error."""
        found = list(diagnostics)
        if self.end is not None:
            self.end(found, self.prefix)
        if self.format == "json":
            print_json(
                {"version": 1} | document | {"diagnostics": [as_json(one, self.prefix) for one in in_order(found)]}
            )
        else:
            self.say(found)
        sys.stdout.flush()
        raise SystemExit(1 if has_errors(found) else 0)


def say(diagnostics: Iterable[Diagnostic], prefix: str = "") -> None:
    """Prints diagnostics for people, on stderr; `prefix` is the way to what their paths are relative to."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    for diagnostic in in_order(diagnostics):
        text = render(diagnostic, prefix)
        if colour:
            word = f"{diagnostic.severity.value}[{diagnostic.code}]"
            text = text.replace(word, f"\x1b[{_COLOURS[diagnostic.severity]}m\x1b[1m{word}\x1b[0m", 1)
        sys.stderr.write(f"{text}\n")


def summary(errors: int, warnings: int) -> str:
    """How many errors and warnings there are, in words."""
    if not errors and not warnings:
        return "no errors, no warnings"
    counts = ((errors, "error"), (warnings, "warning"))
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def print_json(document: dict[str, Any] | list[Any]) -> None:
    """One JSON document, which is all of stdout."""
    print_line(json.dumps(document, indent=2, ensure_ascii=False))


def print_line(text: str) -> None:
    """A line on stdout."""
    print_text(f"{text}\n")


def print_text(text: str) -> None:
    """A text that ends its own lines on stdout."""
    sys.stdout.write(text)
    sys.stdout.flush()
