"""Checks resolved settings. A section that many tenants share is checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tenantc.check.authority import Authority, authority
from tenantc.check.json_schema import json_schema
from tenantc.check.limits import AllowedBy, broken_locks, crossed_pairs, exceeded_ceilings, stack_locks
from tenantc.check.secrets import REFERENCE
from tenantc.check.violations import violations
from tenantc.diagnostics.diagnostic import Blame, Diagnostic, Outcome, diagnose
from tenantc.model.checked import Checked
from tenantc.model.identity import fill, holds_identity
from tenantc.model.layer import LayerId
from tenantc.model.resolved import Resolved
from tenantc.model.schema import Leaf, Schema
from tenantc.model.settings import Section
from tenantc.model.spec import Spec
from tenantc.model.stack import Linked, Stack
from tenantc.source.path import Path
from tenantc.source.path import section as section_of

if TYPE_CHECKING:
    import jsonschema_rs

StackKey = tuple[tuple[LayerId, ...], ...]


class Checker:
    """Checks tenants against one schema.

    `allowed_by` names the first tier that would allow a value, given the tenant's
    tier; it only serves the help of a diagnostic.
    """

    def __init__(self, schema: Schema, allowed_by: Callable[[str], AllowedBy]) -> None:
        self._schema = schema
        self._allowed_by = allowed_by
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self._authorities: dict[StackKey, tuple[Authority, tuple[Diagnostic, ...]]] = {}
        self._sections: WeakKeyDictionary[Section, dict[Authority | None, tuple[Diagnostic, ...]]] = WeakKeyDictionary()
        self._identity: WeakKeyDictionary[Section, tuple[Path, ...]] = WeakKeyDictionary()
        self._absent = Section({}, {})
        self._required = {name for name, member in schema.root.members.items() if getattr(member, "required", ())}
        leaves = {leaf.path: leaf for leaf in schema.leaves()}
        pairs = [(leaf, leaves[leaf.at_most]) for leaf in leaves.values() if leaf.at_most in leaves]
        self._pairs = {
            name: [pair for pair in pairs if section_of(pair[0].path) == name or section_of(pair[1].path) == name]
            for name in schema.sections()
        }
        self._secrets = {
            name: [leaf for leaf in leaves.values() if leaf.secret and leaf.path.split(".")[0] == name]
            for name in schema.sections()
        }

    def check(self, linked: Linked, base: Resolved, resolved: Resolved) -> Outcome[Checked | None]:
        """The proof that a tenant's settings keep to schema, ceilings, locks and pairs, or what is wrong with them.

        `base` is what the tenant's stack gives without the tenant's own overrides.
        """
        limits, problems = self.limits(linked.stack, base)
        diagnostics = [*resolved.diagnostics(), *problems]
        for name in self._pairs:
            section = resolved.settings.sections.get(name, self._absent)
            if section is not self._absent or name in self._required:
                diagnostics += self.section(name, self.identified(section, linked.spec), limits, linked.stack.tier)
        # what nobody set is the tenant's to set
        missing = (Blame(linked.spec.span),)
        diagnostics = [replace(one, blames=missing) if one.code == "T408" else one for one in diagnostics]
        touched = {name for name in resolved.settings.sections if name in self._pairs}
        pairs = dict.fromkeys(pair for name in self._pairs if name in touched for pair in self._pairs[name])
        diagnostics += crossed_pairs(resolved.settings, list(pairs))
        if diagnostics:
            return Outcome(None, tuple(diagnostics))
        return Outcome(Checked(linked, resolved))

    def limits(self, stack: Stack, base: Resolved) -> tuple[Authority, tuple[Diagnostic, ...]]:
        key = tuple(level.key for level in stack.levels)
        known = self._authorities.get(key)
        if known is None:
            limits = authority(stack)
            known = self._authorities[key] = (limits, tuple(stack_locks(base, limits)))
        return known

    def identified(self, section: Section, spec: Spec) -> Section:
        """The section with the tenant's identity where its texts ask for it; the same object if none does."""
        paths = self._identity.get(section)
        if paths is None:
            paths = tuple(path for path, value in section.values.items() if holds_identity(value))
            self._identity[section] = paths
        if not paths:
            return section
        values = section.values | {path: fill(section.values[path], spec.identity) for path in paths}
        return Section(values, section.definitions, section.uncapped)

    def section(self, name: str, section: Section, limits: Authority, tier: str) -> tuple[Diagnostic, ...]:
        """What is wrong with one section by itself, found once for all tenants that share it."""
        held = self._sections.get(section)
        if held is None:
            held = self._sections[section] = {}
        schema_problems = held.get(None)
        if schema_problems is None:
            schema_problems = held[None] = tuple(self.schema_problems(name, section))
        limit_problems = held.get(limits)
        if limit_problems is None:
            ceilings = exceeded_ceilings(section, name, limits, self._schema, self._allowed_by(tier))
            limit_problems = held[limits] = (*ceilings, *broken_locks(section, name, limits))
        return (*schema_problems, *limit_problems)

    def schema_problems(self, name: str, section: Section) -> Iterator[Diagnostic]:
        validator = self._validators.get(name)
        if validator is None:
            import jsonschema_rs

            validator = jsonschema_rs.Draft202012Validator(
                json_schema(self._schema.root.members[name]),
                validate_formats=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
            self._validators[name] = validator
        yield from violations(name, section, validator, self._schema)
        yield from self.open_secrets(name, section)

    def open_secrets(self, name: str, section: Section) -> Iterator[Diagnostic]:
        """T405 for each secret whose value stands in the open."""
        if not self._secrets[name]:
            return
        for path, value in section.values.items():
            leaf = self._schema.leaf(path)
            if isinstance(leaf, Leaf) and leaf.secret and not (isinstance(value, str) and REFERENCE.fullmatch(value)):
                span = section.definitions[path][-1].span
                help = "write `secret://store/path#key`"
                yield diagnose("T405", *([span] if span else []), path=path, help=help)
