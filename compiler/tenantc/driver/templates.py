"""The file whose tables a tenant with a schema of its own gets: documents see its text where the option names it."""

from __future__ import annotations

from pathlib import Path as File
from typing import Final

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.driver import files
from tenantc.driver.options import Options
from tenantc.load.text import decode
from tenantc.model.settings import Section
from tenantc.source.frozen import replace
from tenantc.source.path import Path
from tenantc.source.span import Span
from tenantc.source.text import Text

_OPTION: Final[Path] = "workspace.sql.template_schema"


def with_template(options: Options, root: File, inputs: dict[str, bytes]) -> Outcome[Options]:
    """The options with the file's text in place of its name, and without it where the file is wrong (T101, T617).

    The file becomes one of `inputs`.
    """
    name = options.section.values.get(_OPTION)
    if not isinstance(name, str):
        return Outcome(options)
    found = _text(name, options.stated(_OPTION), root, inputs)
    values = {path: value for path, value in options.section.values.items() if path != _OPTION}
    if isinstance(found, Diagnostic):
        return Outcome(replace(options, section=Section(values, {})), (found,))
    return Outcome(replace(options, section=Section({**values, _OPTION: found}, {})))


def _text(name: str, stated: Span | None, root: File, inputs: dict[str, bytes]) -> str | Diagnostic:
    data = files.read(root / name, root)
    if isinstance(data, Diagnostic):
        facts = dict(data.facts)
        problem = facts.get("problem", f"has {facts.get('size')} bytes, more than are read")
        return diagnose("T617", *([stated] if stated else []), path=name, problem=problem)
    inputs[name] = data
    text = decode(name, data)
    return text if isinstance(text, Diagnostic) else _plain(text)


def _plain(text: Text) -> str | Diagnostic:
    """PostgreSQL itself runs the text, so psql's commands are none."""
    for number, line in enumerate(text.body.split("\n"), start=1):
        at = Span(text, number, 1, number, len(line) + 1)
        if "\0" in line:
            return diagnose("T617", at, path=text.path, problem="holds the character NUL, which no text of SQL may")
        if line.startswith("\\"):
            return diagnose("T617", at, path=text.path, problem="holds a command of psql, which does not run it")
    return text.body
