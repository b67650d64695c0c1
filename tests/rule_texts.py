"""What tests of generated rules share: conditions from atoms, the rules and tenants that they are of."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from tenantc.driver.rulebook import library_documents
from tenantc.driver.rules import catalogue, read_rule
from tenantc.judge.subject import Subject
from tenantc.model.rule import Rule
from tenantc.model.settings import Section, Settings
from tenantc.model.stack import Documents
from tenantc.source.path import Path, section
from tenantc.source.value import Value

AS_OF = "2026-11-15"


def connected(atoms: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    """Conditions of up to so many atoms."""
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["and", "or", "implies"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
            inner.map(lambda one: f"not ({one})"),
        ),
        max_leaves=most,
    )


@cache
def documents() -> Documents:
    return library_documents()


def rule_of(condition: str, guard: str = "", let: str = "") -> tuple[Rule | None, str]:
    """The rule, None if it is not well typed, and its text; the condition may use `let` as `named`."""
    when = f"  let      named = {let}\n" if let else ""
    when += f"  when     {guard}\n" if guard else ""
    text = f'rule generated\n  title    "Generated"\n{when}  require  {condition}\n  severity low\n  basis    house\n'
    file, diagnostics = read_rule("generated.rule", text.encode(), documents().schema, catalogue(documents()))
    assert all(one.code in {"T504", "T505"} for one in diagnostics), diagnostics
    return (file.rule if file is not None else None), text


def subject_of(values: dict[Path, Value], as_of: str = AS_OF) -> Subject:
    sections: dict[str, Section] = {}
    for path, value in values.items():
        sections.setdefault(section(path), Section({}, {})).values[path] = value
    return Subject(sections, documents().schema, Settings({}), {"as_of": as_of})
