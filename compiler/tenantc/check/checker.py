"""Checks resolved settings. A section that many tenants share is checked once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

from tenantc.check.authority import Authority, authority
from tenantc.check.json_schema import json_schema
from tenantc.check.limits import AllowedBy, broken_locks, crossed_pairs, exceeded_ceilings, stack_locks
from tenantc.check.violations import instance, violations
from tenantc.diagnostics.diagnostic import Blame, Diagnostic, Outcome, diagnose
from tenantc.model.acceptance import Few, accepts
from tenantc.model.checked import Checked
from tenantc.model.identity import fill, holds_identity
from tenantc.model.resolved import Resolved
from tenantc.model.schema import Leaf, Schema
from tenantc.model.secrets import is_kept, stated
from tenantc.model.settings import Content, Findings, Section
from tenantc.model.spec import Spec
from tenantc.model.stack import Linked, Stack, StackKey
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import Path
from tenantc.source.path import section as section_of
from tenantc.source.value import plain

if TYPE_CHECKING:
    import jsonschema_rs


class _Stack(Frozen):
    """What is known of a stack: who may set what in it, what is wrong with it whoever has it, and what is not.

    `paired` says that no pair of its settings is crossed; `sound` are its sections with which nothing is wrong whoever
    the tenant is. `limited` are the sections in which something has a ceiling or a lock.
    """

    authority: Authority
    limited: frozenset[str]
    problems: tuple[Diagnostic, ...]
    paired: bool
    sound: dict[str, Section]


class Checker:
    """Checks tenants against one schema.

    `allowed_by` names the first tier that would allow a value, given the tenant's
    tier; it only serves the help of a diagnostic.
    """

    def __init__(self, schema: Schema, allowed_by: Callable[[str], AllowedBy]) -> None:
        self._schema = schema
        self._allowed_by = allowed_by
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self._json_schemas: dict[str, dict[str, Any]] = {}
        self._few = Few()
        self._stacks: dict[StackKey, _Stack] = {}
        self._sections: Findings[dict[Authority | None, tuple[Diagnostic, ...]]] = Findings()
        # what keeps to the schema does so whoever wrote it
        self._sound: Findings[bool] = Findings()
        self._identity: Findings[tuple[Path, ...]] = Findings()
        self._absent = Section({}, {})
        self._required = {name for name, member in schema.root.members.items() if getattr(member, "required", ())}
        leaves = {leaf.path: leaf for leaf in schema.leaves()}
        self._paired = [(leaf, leaves[leaf.at_most]) for leaf in leaves.values() if leaf.at_most in leaves]
        self._pairs = {
            name: [at for at, pair in enumerate(self._paired) if name in (section_of(one.path) for one in pair)]
            for name in schema.sections()
        }

    def check(self, linked: Linked, base: Resolved, resolved: Resolved) -> Outcome[Checked | None]:
        """The proof that a tenant's settings keep to schema, ceilings, locks and pairs, or what is wrong with them.

        `base` is what the tenant's stack gives without the tenant's own overrides.
        """
        stack = self.stack(linked.stack, base)
        diagnostics = [*resolved.diagnostics(), *stack.problems]
        sections, inherited, sound = resolved.settings.sections, base.settings.sections, stack.sound
        for name in self._pairs:
            section = sections.get(name, self._absent)
            if sound.get(name) is section:
                continue
            found: tuple[Diagnostic, ...] = ()
            whose = section
            if section is not self._absent or name in self._required:
                whose = self.identified(section, linked.spec)
                found = self.section(name, whose, stack, linked.stack.tier)
                diagnostics += found
            if not found and whose is section and section is inherited.get(name, self._absent):
                sound[name] = section
        # what nobody set is the tenant's to set
        missing = (Blame(linked.spec.span),)
        diagnostics = [replace(one, blames=missing) if one.code == "T408" else one for one in diagnostics]
        touched = [name for name in sections if name in self._pairs]
        if stack.paired:
            touched = [name for name in touched if sections[name] is not inherited.get(name)]
        diagnostics += crossed_pairs(resolved.settings, self.pairs(touched))
        if diagnostics:
            return Outcome(None, tuple(diagnostics))
        return Outcome(Checked(linked, resolved))

    def pairs(self, names: Collection[str]) -> list[tuple[Leaf, Leaf]]:
        """The pairs of settings of which one at least lies in these sections."""
        found = dict.fromkeys(at for name in self._pairs if name in names for at in self._pairs[name])
        return [self._paired[at] for at in found]

    def limits(self, stack: Stack, base: Resolved) -> tuple[Authority, tuple[Diagnostic, ...]]:
        """Who may set what in a stack, and what is wrong with that whoever has it."""
        known = self.stack(stack, base)
        return known.authority, known.problems

    def stack(self, stack: Stack, base: Resolved) -> _Stack:
        known = self._stacks.get(stack.key)
        if known is None:
            limits = authority(stack)
            paired = not any(crossed_pairs(base.settings, self.pairs(base.settings.sections)))
            limited = frozenset(section_of(path) for path in (*limits.ceilings, *(lock.path for lock in limits.locks)))
            known = self._stacks[stack.key] = _Stack(limits, limited, tuple(stack_locks(base, limits)), paired, {})
        return known

    def identified(self, section: Section, spec: Spec) -> Section:
        """The section with the tenant's identity where its texts ask for it; the same object if none does."""
        paths = self._identity.get(section.content)
        if paths is None:
            paths = self._identity.put(section.content, self.personal(section.content))
        if not paths:
            return section
        values = section.values | {path: fill(section.values[path], spec.identity) for path in paths}
        return Section(Content(values, section.uncapped), section.definitions)

    def personal(self, content: Content) -> tuple[Path, ...]:
        """The settings that hold identity; most of a derived content's stand where they stood before."""
        values = content.values
        before = self._identity.get(content.base) if content.base is not None else None
        if before is None:
            return tuple(path for path, value in values.items() if holds_identity(value))
        fresh = [path for path in content.changed if path in values and holds_identity(values[path])]
        return (*[path for path in before if path not in content.changed], *fresh)

    def section(self, name: str, section: Section, stack: _Stack, tier: str) -> tuple[Diagnostic, ...]:
        """What is wrong with one section by itself, found once for all tenants that share it."""
        held = self._sections.get(section)
        if held is None:
            held = self._sections.put(section, {})
        schema_problems = held.get(None)
        if schema_problems is None:
            schema_problems = held[None] = self.schema_problems(name, section)
        limits = stack.authority
        limit_problems = held.get(limits) if name in stack.limited else ()
        if limit_problems is None:
            among = self.doubtful(section, limits)
            ceilings = exceeded_ceilings(section, among, limits, self._schema, self._allowed_by(tier))
            limit_problems = held[limits] = (*ceilings, *broken_locks(section, among, limits))
        return (*schema_problems, *limit_problems)

    def doubtful(self, section: Section, limits: Authority) -> Collection[Path]:
        """The settings that may break these limits: those that it changes of a section which keeps them."""
        before = self._sections.get(section.base) if section.base is not None else None
        return section.changed if before is not None and before.get(limits) == () else section.definitions

    def schema_problems(self, name: str, section: Section) -> tuple[Diagnostic, ...]:
        if self._sound.get(section.content):
            return ()
        if self.follows(section.content):
            found: tuple[Diagnostic, ...] = ()
        else:
            found = (*self.violations(name, section), *self.open_secrets(name, section))
        if not found:
            self._sound.put(section.content, True)
        return found

    def follows(self, content: Content) -> bool:
        """Whether a content keeps to the schema because it derives from one that does, and each new value surely does.

        A section's schema asks each setting for itself, and besides only which ones there are.
        """
        before = content.base
        if before is None or not self._sound.get(before):
            return False
        for path in content.changed:
            value, leaf = content.values.get(path), self._schema.leaf(path)
            if value is None or path not in before.values or leaf is None or leaf.secret:
                return False
            if not accepts(leaf.schema, plain(content.uncapped.get(path, value))):
                return False
        return True

    def violations(self, name: str, section: Section) -> Iterator[Diagnostic]:
        if name in self._validators or not (self._few.go_on() and accepts(self.json_schema(name), instance(section))):
            yield from violations(name, section, self.validator(name), self._schema)

    def json_schema(self, name: str) -> dict[str, Any]:
        known = self._json_schemas.get(name)
        if known is None:
            known = self._json_schemas[name] = json_schema(self._schema.root.members[name])
        return known

    def validator(self, name: str) -> jsonschema_rs.Validator:
        validator = self._validators.get(name)
        if validator is None:
            import jsonschema_rs

            validator = self._validators[name] = jsonschema_rs.Draft202012Validator(
                self.json_schema(name), validate_formats=True, pattern_options=jsonschema_rs.RegexOptions()
            )
        return validator

    def open_secrets(self, name: str, section: Section) -> Iterator[Diagnostic]:
        """T405 for each secret whose value stands in the open."""
        for path, value in stated(self._schema, section) if name in self._schema.secret_sections else ():
            if not is_kept(value):
                span = section.definitions[path][-1].span
                help = "write `secret://store/path#key`"
                yield diagnose("T405", *([span] if span else []), path=path, help=help)
