"""What the files of one tenant in one environment are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.fill import Filler
from tenantc.emit.naming import Bearer
from tenantc.emit.subject import Subject
from tenantc.emit.values import Head
from tenantc.model.identity import Identity
from tenantc.model.layer import Named
from tenantc.model.schema import Schema
from tenantc.model.settings import Section
from tenantc.source.path import Path

# what files that hold settings say of whose they are, and where they are deployed
_TENANT: Final = tuple((fact, f"tenant.{fact}") for fact in ("tier", "grade", "status", "ring", "industry"))
_DEPLOYMENT: Final = tuple((fact, f"deployment.{fact}") for fact in ("environment", "account", "region", "cluster"))


class Case:
    """A tenant's settings and facts, its identity, what its names are derived from, and the names that it adopts.

    `environment` is the one whose options hold.
    """

    __slots__ = ("bearer", "environment", "filler", "identity", "pinned", "schema", "sections", "subject")

    def __init__(
        self,
        schema: Schema,
        sections: Mapping[str, Section],
        identity: Mapping[Identity, str],
        bearer: Bearer,
        pinned: Mapping[str, Named],
        environment: str,
    ) -> None:
        self.schema = schema
        self.sections = sections
        self.identity = identity
        self.bearer = bearer
        self.pinned = pinned
        self.environment = environment
        self.subject = Subject(schema, sections)
        self.filler = Filler(identity, bearer, {kind: named.name for kind, named in pinned.items()}, self.subject.find)

    @property
    def pending(self) -> bool:
        """Whether nothing of the tenant is deployed yet."""
        return self.subject.value("tenant.status") == "pending"

    def head(self) -> Head:
        """Whose settings they are and where they are deployed.

        What many tenants say alike is one object, whose text is kept.
        """
        return {
            "tenant": {part.value: text for part, text in self.identity.items()} | self._facts("tenant", _TENANT),
            "deployment": self._facts("deployment", _DEPLOYMENT),
        }

    def _facts(self, name: str, facts: tuple[tuple[str, Path], ...]) -> dict[str, str]:
        held = self.sections[name].values
        return {fact: str(held[path]) for fact, path in facts if path in held}
