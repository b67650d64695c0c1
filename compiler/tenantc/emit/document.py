"""The contract of documents: what one declares, and what it is handed.

A document is a pure function from settings to a tree, in a target's own words. It says what it **looks** at (settings
that it may branch on, count or format: plain values, None if absent) and what it **places** (settings that it copies
through: `Slot`s), and is handed exactly that, in the order declared, after `names`:

    from tenantc.emit.document import Names, Slot, Tree, document, text
    from tenantc.source.value import UNLIMITED, Unlimited

    @document(
        "kubernetes",
        kind="ConfigMap",
        looks=("limits.max_users", "workspace.kubernetes.version"),
        places=("monitoring.logging.level",),
    )
    def settings_map(names: Names, users: int | Unlimited | None, version: str, level: Slot | None) -> Tree:
        '''How many users the tenant's pods may expect.'''
        if users is None:
            return None                                       # an empty tree means no document
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "tenant-limits", "namespace": names.kubernetes_namespace},
            "data": {
                "users": "unlimited" if users is UNLIMITED else str(users),
                "log": text("level=", level) if level is not None else None,   # None: the entry is left out
            },
        }

- A look at a group or an open map gives a `Record` of all that is set below it, nested, its keys sorted.
- A look at a secret gives the `Reference` that it holds, the text itself where it is sealed; a look at SECRETS gives a
  `Record` of the references of all secrets that lie in a store, by path.
- A placed setting is a `Slot` where it has a value, None where it is absent and UNLIMITED where it is `unlimited`; so a
  document may ask `is None` and `is UNLIMITED` of it, and nothing else. Only scalars are placed, and anything inside
  `compact_json(slot)`.
- A setting with the tenant's identity in it (`"pods of ${tenant.name}"`) can be placed; a look at it is refused (T603).
- The function returns one tree, or a list of them: several Kubernetes documents, several pieces of one Terraform file,
  a list of SQL statements. An entry of a mapping or a list that is None is left out; `{}` and `[]` inside stay.
- Keys of mappings are plain text. What repeats is labelled by `slug(key)`, never by an index.
- `Ref(kind, name)` is checked: some document of the same target and scope has to make what it names.
- `Unsupported(path, choices)` and `NoRegion(purpose)` as a result become T603 and T604.
- Statements of SQL are made of what `emit.statement` offers.
- A file of JSON is one tree, a list too, so one document of a scope makes it, without `each`.
- What one raises is a bug where it is tenantc's own, and T615 where another package offers it (examples/emitter); what
  else a target has to keep to stands in `emit.contract`.
- A document of an estate or of the fleet gets no `names`, and `columns` and `rows` after what it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

from tenantc.emit.naming import KINDS, slug
from tenantc.emit.node import (
    Expr,
    IdentitySource,
    JsonText,
    Misfit,
    NameSource,
    Node,
    NoRegion,
    Part,
    Ref,
    SettingSource,
    Slot,
    Text,
    Tree,
    Unsupported,
    compact_json,
    text,
)
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, split

__all__ = (
    "SECRETS", "Document", "Expr", "JsonText", "Names", "NoRegion", "Node", "Part", "Ref", "Result", "SettingSource",
    "Slot", "Text", "Tree", "Unsupported", "compact_json", "document", "slug", "text",
)  # fmt: skip

Scope: TypeAlias = Literal["tenant", "estate", "root", "fleet"]
SECRETS: Final = "secrets"
"""What a document repeats over that is built once for each secret which has a value, and looks at to see them all."""
Result: TypeAlias = Tree | Unsupported | NoRegion | Misfit


class Document(Frozen, eq=False):
    """One document: its declarations and its function. Made by `document`."""

    target: str
    kind: str
    name: str
    build: Callable[..., Result]
    looks: tuple[Path, ...] = ()
    places: tuple[Path, ...] = ()
    scope: Scope = "tenant"
    each: Path | None = None
    columns: tuple[Path, ...] = ()
    file: str | None = None
    beside: str | None = None
    needs: Path | None = None
    rows: tuple[Path, ...] = ()

    @property
    def reads(self) -> tuple[Path, ...]:
        """All that it depends on: a setting, or a mapping of settings with all below it."""
        return (*self.looks, *self.places, *self.columns, *self.rows, *((self.each,) if self.each else ()))


def document(
    target: str,
    *,
    kind: str,
    looks: Sequence[Path] = (),
    places: Sequence[Path] = (),
    scope: Scope = "tenant",
    each: Path | None = None,
    columns: Sequence[Path] = (),
    file: str | None = None,
    beside: str | None = None,
    needs: Path | None = None,
    rows: Sequence[Path] = (),
) -> Callable[[Callable[..., Result]], Document]:
    """Declares a document, whose function gets `names`, looked values, placed ones and columns, in the order declared.

    With `each` it gets an element's key and value right after `names`; in scopes above the tenant there are no names.

    kind: what it makes, as its target calls that: a Kubernetes kind, the first type of Terraform resource, the first
        kind of object in a database.
    looks, places: paths of settings, and of what tenantc fills itself: `tenant.` (tier, grade, status, ring, region,
        industry), `deployment.` (environment, account, region, cluster, ring), `workspace.` (options of tenantc.yaml;
        those of a target of another package are `workspace.extensions.NAME.`).
        Identity is never among them: it is on `names`.
    scope: `tenant`; `estate` (once per environment, account, region and cluster, handed deployment facts, options and
        columns); `root` (once per root of Terraform that several tenants stand in, handed `deployment.environment`,
        options and rows); `fleet` (once, handed options, columns and rows).
    each: repeats the document over an open map (key: the entry's name) or a list (key: the item as text), of settings
        or of options, as `workspace.kubernetes.workloads`. What is absent or empty builds nothing. Over `SECRETS` the
        key is a setting's path, and the value the `Reference` that it holds, None for a sealed one.
    columns: for estate and fleet: leaves over the scope's tenants, each a sorted tuple of the distinct values.
    rows: for estate, root and fleet: what stands together of each tenant in each environment, as one argument: the
        distinct tuples, sorted. Facts, the tenant's identity, and of the build `build.folder` (that of the environment,
        empty if there are none), `build.estate` (the name of the estate's) and `build.root` (the folder of a root).
    file: the file it goes to, by default the target's first. beside: written only where that other file is, of
        whatever target.
    needs: one of its looks, an option without which there is no such document.
    """

    def declare(build: Callable[..., Result]) -> Document:
        reads = tuple(looks), tuple(places), scope, each, tuple(columns)
        declared = Document(target, kind, build.__name__, build, *reads, file, beside, needs, tuple(rows))
        _check(declared)
        return declared

    return declare


def _check(declared: Document) -> None:
    """Raises `ValueError` for what contradicts itself."""
    name, looks, places = declared.name, declared.looks, declared.places
    for path in declared.reads:
        split(path)
    if set(looks) & set(places):
        raise ValueError(f"{name} both looks at and places {sorted(set(looks) & set(places))}")
    if declared.scope == "tenant" and (declared.columns or declared.rows):
        raise ValueError(f"{name} is built per tenant and so has no columns")
    if declared.scope != "tenant" and places:
        raise ValueError(f"{name} is built per {declared.scope} and so places nothing: it may look")
    if declared.needs is not None and declared.needs not in looks:
        raise ValueError(f"{name} needs {declared.needs} and does not look at it")


class Names:
    """Identity and the names derived from it, all of them slots (language.md §7)."""

    __slots__ = ()

    @property
    def tenant_id(self) -> Slot:
        return Slot(IdentitySource("tenant_id"), safe=True)

    @property
    def tenant_name(self) -> Slot:
        return Slot(IdentitySource("tenant_name"))

    @property
    def owner_email(self) -> Slot:
        return Slot(IdentitySource("owner_email"))

    @property
    def kubernetes_namespace(self) -> Slot:
        return self.of("kubernetes_namespace")

    @property
    def postgres_role(self) -> Slot:
        return self.of("postgres_role")

    @property
    def postgres_schema(self) -> Slot:
        return self.of("postgres_schema")

    @property
    def postgres_database(self) -> Slot:
        return self.of("postgres_database")

    @property
    def s3_bucket(self) -> Slot:
        return self.of("s3_bucket")

    @property
    def iam_role(self) -> Slot:
        return self.of("iam_role")

    @property
    def kms_alias(self) -> Slot:
        return self.of("kms_alias")

    @property
    def dns_label(self) -> Slot:
        return self.of("dns_label")

    def of(self, kind: str) -> Slot:
        """The tenant's name of a kind of `naming.KINDS`."""
        return self.sub(kind, "")

    def sub(self, kind: str, suffix: str) -> Slot:
        """A longer name of that kind: `names.sub("s3_bucket", "logs")`; lower-case letters, digits and single dashes.

        It is cut and made distinct like any name, so never append to a name yourself.
        """
        KINDS[kind].check_suffix(suffix)
        return Slot(NameSource(kind, suffix), safe=True)
