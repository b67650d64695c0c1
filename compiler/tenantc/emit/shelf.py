"""What is remembered of sections' content for as long as it lives. It is shared, so it serves many tenants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

from tenantc.emit.document import SECRETS
from tenantc.emit.fill import settled
from tenantc.emit.subject import FILLED, Subject
from tenantc.model.identity import holds_identity
from tenantc.model.secrets import Reference, reference
from tenantc.model.settings import Content, Findings
from tenantc.source.path import Path, covers, section
from tenantc.source.value import Record, Value, exact

IDENTITY: Final = object()
"""The key of every value that holds the tenant's identity, which nobody looks at."""


class Held:
    """What documents saw in a content. `shared`: more than one tenant has it."""

    __slots__ = ("secrets", "seen", "serial", "shared")

    def __init__(self, content: Content, base: Held | None) -> None:
        """`base` is what was seen in the content that it has all but a few values from."""
        self.serial = content.serial
        self.shared = False
        seen = base.seen.items() if base is not None else ()
        self.seen: dict[Path, tuple[Hashable, Value | None]] = {
            path: found for path, found in seen if not any(covers(path, one) for one in content.changed)
        }
        self.secrets: list[tuple[Path, Reference | None]] | None = None


class Marks(dict[str, object]):
    """A tenant's sections by number, and by value what tenantc itself knows about it; 0 for what is absent."""

    __slots__ = ()

    def __missing__(self, key: str) -> object:
        return 0


class Shelf:
    """The contents of all sections that are alive."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: Findings[Held] = Findings()

    def held(self, one: Content) -> Held:
        found = self._held.get(one)
        if found is None:
            base = self._held.get(one.base) if one.base is not None else None
            return self._held.put(one, Held(one, base))
        found.shared = True
        return found

    def sight(self, subject: Subject) -> Sight:
        """A tenant's settings as documents see them."""
        return Sight(
            subject, {name: self.held(one.content) for name, one in subject.sections.items() if name not in FILLED}
        )


class Sight:
    """One tenant's settings as documents see them: values in one form, and keys under which equal ones are equal."""

    __slots__ = ("_held", "_subject", "marks")

    def __init__(self, subject: Subject, held: Mapping[str, Held]) -> None:
        self._subject = subject
        self._held = held
        # what `Plan` pads its keys with
        marks = Marks({"": 0})
        for name in FILLED:
            filled = subject.sections.get(name)
            if filled is not None:
                marks.update(filled.values)
        for name, one in held.items():
            marks[name] = one.serial
        marks[SECRETS] = tuple([marks[name] for name in subject.schema.secret_sections])
        self.marks = marks

    def shared(self, names: tuple[str, ...]) -> bool:
        """Whether other tenants have these sections too."""
        if SECRETS in names:
            names = (*names, *self._subject.schema.secret_sections)
        return all(name not in self._held or self._held[name].shared for name in names)

    def secrets(self) -> list[tuple[Path, Reference | None]]:
        """Each secret that has a value, by path: where it lies, None for a sealed one."""
        return [one for name in self._subject.schema.secret_sections for one in self._secrets(name)]

    def _secrets(self, name: str) -> list[tuple[Path, Reference | None]]:
        held = self._held.get(name)
        if held is None:
            return []
        if held.secrets is None:
            held.secrets = self._subject.secrets(name)
        return held.secrets

    def look(self, path: Path) -> tuple[Hashable, Value | None]:
        """The key and the value at a path, None if it is absent.

        A mapping comes as a `Record`, a secret in a store as its `Reference`, and SECRETS as all of those by path. The
        key is IDENTITY where identity is in the value.
        """
        if path == SECRETS:
            lying = Record({name: one for name, one in self.secrets() if one is not None})
            return tuple(lying.items()), lying or None
        held = self._held.get(section(path))
        found = held.seen.get(path) if held is not None else None
        if found is None:
            value = self._subject.find(path)
            if value is None:
                found = (None, None)
            elif self._subject.is_secret(path):
                lies = reference(value) or value
                found = (lies, lies)
            elif holds_identity(value):
                found = (IDENTITY, value)
            else:
                value = settled(value)
                found = (exact(value), value)
            if held is not None:
                held.seen[path] = found
        return found
