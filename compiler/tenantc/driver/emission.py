"""Emits what a fleet's tenants and estates are made of, and knows what only the whole fleet tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from tenantc.audit.flows import ORDER, Where, misplaced
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.admission import admitted, failed
from tenantc.driver.case import Case
from tenantc.driver.claims import Claims, Estate
from tenantc.driver.options import Options
from tenantc.driver.outputs import Outputs
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.targets import known
from tenantc.emit.build import Refusal, refuse
from tenantc.emit.fill import Filler
from tenantc.emit.naming import KINDS, Bearer, check_pinned, slug
from tenantc.emit.node import Unsupported
from tenantc.emit.plan import Columns, Failure
from tenantc.emit.shards import shard
from tenantc.emit.subject import FILLED, Subject
from tenantc.emit.terraform.roots import DEPARTED
from tenantc.emit.values import Values
from tenantc.model.checked import Checked
from tenantc.model.judged import Judged
from tenantc.model.layer import Named
from tenantc.model.patch import Patch
from tenantc.model.settings import Section
from tenantc.model.spec import Spec
from tenantc.model.stack import Linked
from tenantc.source.path import Path, section, split
from tenantc.source.span import Span
from tenantc.source.value import Value, show

Files = list[tuple[str, bytes]]
# a path, or several of each tenant together; what the tenants of an estate say about them
Key = Path | tuple[Path, ...]
Said = dict[Key, set[Value]]
# files in which the settings stand beside what documents make: in a ConfigMap behind it, and before it
_OBJECTS = "kubernetes.yaml"
_VALUES = "values.yaml"
_MODULE = "main.tf.json"
# where the roots lie that several tenants stand in
_ROOTS = "terraform"


class Emission:
    """Emits tenants one by one, and remembers of each what estates and collisions need.

    `only` names the targets to emit, by default those of the workspace. `reference` builds everything from scratch,
    without memo or templates: what the fast path is tested against. `without` is a patch that is not applied. `like` is
    an earlier one of the same kind, whose templates this one uses: it remembers tenants anew and builds little.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        only: Collection[str] | None = None,
        *,
        reference: bool = False,
        without: Patch | None = None,
        like: Emission | None = None,
    ) -> None:
        self._pipeline = pipeline
        options = pipeline.workspace.options
        names = admitted(options, pipeline.schema)
        self.diagnostics = list(names.diagnostics)
        built = [name for name in names.value if only is None or name in only]
        if like is not None:
            self.outputs: Outputs = like.outputs
        else:
            self.outputs = Outputs(pipeline.workspace, built, reference=reference, without=without)
        unlimited = options.section.values["workspace.values.unlimited"]
        assert isinstance(unlimited, int)
        self._values = Values(unlimited)
        self._claims = Claims(options.platform, pipeline.workspace.place)
        chosen = [target for target in known(options) if target.name in built]
        self._columns = {
            path for target in chosen for document in target.documents for path in document.columns if path != DEPARTED
        }
        # a root is a tenant's own, unless an environment says otherwise
        scopes = {"estate", "fleet", *(["root"] if any(map(_shared_roots, pipeline.workspace.every_options())) else [])}
        self._rows = {one.rows for target in chosen for one in target.documents if one.rows and one.scope in scopes}
        self._estates: dict[Estate, Said] = {}
        self._roots: dict[tuple[str, str], Said] = {}
        self._missed: dict[tuple[str, Path], Diagnostic] = {}

    @property
    def built(self) -> int:
        """How often a document's function ran."""
        return self.outputs.built

    def tenant(self, judged: Judged) -> tuple[Files, list[Diagnostic]]:
        """The files of a tenant in an environment by name, and what is wrong with them."""
        case, files, diagnostics = self._documents(judged.checked)
        self._remember(judged.checked.linked, case)
        return self._with_values(case, files), diagnostics

    def documents(self, checked: Checked) -> list[Diagnostic]:
        """What is wrong with those of a tenant's files that can be refused; nothing of it is remembered."""
        return self._documents(checked)[2]

    def member(self, checked: Checked) -> list[Diagnostic]:
        """The same of one of the tenants of which the whole fleet is asked later."""
        case, _, diagnostics = self._documents(checked)
        self._remember(checked.linked, case)
        return diagnostics

    def files(self, case: Case) -> tuple[Files, list[Refusal]]:
        """The files of a tenant that is as the case says, and what targets refuse; nothing of it is remembered."""
        files, refusals = self._built(case)
        return self._with_values(case, files), refusals

    def case(self, checked: Checked) -> tuple[Case, list[Diagnostic]]:
        """What a tenant's files are made of, and what is wrong with the names that it adopts."""
        linked, spec = checked.linked, checked.linked.spec
        pinned, diagnostics = self._pinned(linked)
        platform = self._pipeline.workspace.options.platform
        bearer = Bearer(platform, linked.environment, linked.account, linked.region, spec.tenant_id)
        sections = checked.resolved.settings.sections
        case = Case(self._pipeline.schema, sections, spec.identity, bearer, pinned, linked.environment)
        return case, diagnostics

    def _documents(self, checked: Checked) -> tuple[Case, Files, list[Diagnostic]]:
        case, diagnostics = self.case(checked)
        files, refusals = self._built(case)
        spec = checked.linked.spec
        diagnostics += self._missing(checked.linked, case)
        told = [
            self._refused(one, case.subject, spec.tenant_id, spec.span, checked.linked.environment) for one in refusals
        ]
        return case, files, [*diagnostics, *told, *_misplaced(case.subject, spec)]

    def where(self, judged: Judged, folder: str, files: Files) -> Where:
        """Where a tenant's artifacts lie, its estate's and those of the root that Terraform makes them in."""
        linked = judged.checked.linked
        estate = Estate(linked.environment, linked.account, linked.region, linked.cluster)
        above = f"{linked.environment}/" if linked.environment else ""
        names = frozenset(name for name, _ in files)
        shared = self._root(linked.environment, linked.spec.tenant_id)
        root = "" if _MODULE not in names else f"{above}{shared}" if shared else folder
        module = f"module.{slug(linked.spec.tenant_id)}" if shared else ""
        return Where(folder, names, f"{above}estates/{estate.name}", root, module)

    def _refused(self, refusal: Refusal, subject: Subject, tenant: str, spec: Span, environment: str) -> Diagnostic:
        """At the line of tenantc.yaml if it is the platform's option that cannot be, whatever tenant meets it."""
        workspace = self._pipeline.workspace
        if isinstance(refusal.result, Failure):
            return failed(refusal, refusal.result, workspace.options)
        option = None
        if isinstance(refusal.result, Unsupported):
            option = workspace.options_in(environment).stated(refusal.result.path)
        return refuse(refusal, subject, tenant, option or spec)

    def _missing(self, linked: Linked, case: Case) -> list[Diagnostic]:
        """T610 for each option that a tenant needs here and that only other environments state.

        One for all tenants of an environment: it names the first of them.
        """
        found: list[Diagnostic] = []
        output = self.outputs.of(linked.environment)
        for document in () if case.pending else output.missed(case.subject):
            assert document.needs is not None, "it lacks what it needs"
            key = linked.environment, document.needs
            known = self._missed.get(key)
            if known is None:
                known = self._missed[key] = self._forgot(linked, document.needs, document.kind)
            found.append(known)
        return list(dict.fromkeys(found))

    def _forgot(self, linked: Linked, needs: Path, kind: str) -> Diagnostic:
        option = needs.removeprefix("workspace.")
        help = f"state it under `inputs:`, or leave `{kind}` out there by `kubernetes.kinds`"
        facts = {"environment": linked.environment, "tenant": linked.spec.tenant_id}
        environment = self._pipeline.workspace.documents.environments[linked.environment]
        span = environment.span or linked.spec.span
        return diagnose("T610", span, option=option, kind=kind, help=help, **facts)

    def _built(self, case: Case) -> tuple[Files, list[Refusal]]:
        if case.pending:  # of whom nothing is deployed yet
            return [], []
        output = self.outputs.of(case.environment)
        added = (_OBJECTS,) if output.holds_settings else ()
        return output.builder.files(case.subject, case.filler, "tenant", _looker({}), added)

    def _with_values(self, case: Case, files: Files) -> Files:
        filler, sections, head = case.filler, case.sections, case.head()
        output = self.outputs.of(case.environment)
        if output.holds_settings and not case.pending:
            objects, files = _apart(files, _OBJECTS)
            config = self._values.config_map(sections, filler)
            files.append((_OBJECTS, objects + b"---\n" + config if objects else config))
        if "values" in output.names and not case.pending:
            pods, files = _apart(files, _VALUES)
            files.append((_VALUES, self._values.values_yaml(head, sections, filler) + pods))
            files.append(("tenant.tfvars.json", self._values.tfvars_json(head, sections, filler)))
        files.append(("settings.json", self._values.settings_json(head, sections, filler)))
        return files

    def shared(self, departed: Collection[str] = ()) -> Iterator[tuple[str, Files]]:
        """The files of every estate, with their folder in the build, of roots that tenants share, and of the fleet.

        `departed` are the tenants that are gone: the roots that they stood in forget them.
        """
        taken: dict[str, Estate] = {}
        for estate in sorted(self._estates):
            environment, account, region, cluster = estate
            facts = {"environment": environment or "default", "account": account, "region": region, "cluster": cluster}
            held: dict[Path, Value] = {f"deployment.{name}": value for name, value in facts.items() if value}
            options = self._pipeline.workspace.options_in(environment)
            sections = {"deployment": Section(held, {}), "workspace": options.section}
            subject = Subject(self._pipeline.schema, sections)
            bearer = Bearer(options.platform, environment, account, region, "")
            filler = Filler({}, bearer, {}, subject.find)
            files = self._above("estate", environment, subject, filler, [self._estates[estate]])
            folder = f"{environment}/estates/{estate.name}" if environment else f"estates/{estate.name}"
            if taken.setdefault(folder, estate) != estate:
                self.diagnostics.append(self._met(folder, taken[folder], estate))
            elif files:
                yield folder, files
        yield from self._root_files(departed)
        if self._estates:
            options = self._pipeline.workspace.options
            subject = Subject(self._pipeline.schema, {"workspace": options.section})
            filler = Filler({}, Bearer(options.platform, "", "", "", ""), {}, subject.find)
            if files := self._above("fleet", "", subject, filler, [*self._estates.values()]):
                yield "fleet", files

    def _root_files(self, departed: Collection[str]) -> Iterator[tuple[str, Files]]:
        """The files of every root that several tenants stand in, with their folder."""
        for environment, root in sorted(self._roots):
            options = self._pipeline.workspace.options_in(environment)
            facts = Section({"deployment.environment": environment or "default"}, {})
            subject = Subject(self._pipeline.schema, {"deployment": facts, "workspace": options.section})
            filler = Filler({}, Bearer(options.platform, environment, "", "", ""), {}, subject.find)
            gone = {id for id in departed if self._root(environment, id) == root}
            said: Said = {**self._roots[environment, root], DEPARTED: {*gone}}
            if files := self._above("root", environment, subject, filler, [said]):
                yield f"{environment}/{root}" if environment else root, files

    def _above(self, scope: str, environment: str, subject: Subject, filler: Filler, said: Sequence[Said]) -> Files:
        """The files of an estate, or of the fleet: what stands above tenants, who said this."""
        united = {key: {one for each in said for one in each[key]} for key in said[0]}
        columns: dict[Key, Value] = {key: tuple(sorted(found, key=show)) for key, found in united.items()}
        options = self._pipeline.workspace.options_in(environment)
        files, refusals = self.outputs.of(environment).builder.files(subject, filler, scope, _looker(columns))
        self.diagnostics += [self._refused(one, subject, "", options.node.span, environment) for one in refusals]
        return files

    def _met(self, folder: str, one: Estate, other: Estate) -> Diagnostic:
        """T608: accounts, regions and clusters may hold the dash that joins them."""
        workspace = self._pipeline.workspace
        environment = workspace.documents.environments.get(one[0])
        span = environment.span if environment is not None else None
        parts = ("account", "region", "cluster")
        shown = [
            ", ".join(f"{part} `{value}`" for part, value in zip(parts, estate[1:], strict=True) if value)
            for estate in (one, other)
        ]
        facts = {"environment": f"`{one[0]}`" if one[0] else "the workspace", "folder": folder}
        help = "give one of them an account or a cluster that is called otherwise"
        return diagnose("T608", span or workspace.options.node.span, **facts, estates="; and ".join(shown), help=help)

    def idle_patches(self) -> list[Diagnostic]:
        """After a whole fleet, T613 for each patch that met no object."""
        help = "look at what the artifacts call it, and whether `kubernetes.kinds` and `targets` let it be written"
        return [diagnose("T613", patch.node.span, help=help) for patch in self.outputs.idle()]

    def collisions(self, known: Collection[str]) -> tuple[Diagnostic, ...]:
        """T602 for each name that two tenants would bear; `known` are the tenants of the previous build."""
        return self._claims.collisions(known)

    def _pinned(self, linked: Linked) -> tuple[dict[str, Named], list[Diagnostic]]:
        own = (linked.spec.environments or {}).get(linked.environment)
        pinned = {**linked.spec.names, **(own.names if own is not None else {})}
        diagnostics: list[Diagnostic] = []
        for kind, named in pinned.items():
            if kind not in KINDS:
                help = did_you_mean(kind, KINDS)
                diagnostics.append(
                    diagnose("T601", named.span, name=named.name, kind=kind, problem="there is no such kind", help=help)
                )
            elif (problem := check_pinned(kind, named.name, named.span)) is not None:
                diagnostics.append(problem)
        return {kind: named for kind, named in pinned.items() if kind in KINDS}, diagnostics

    def _remember(self, linked: Linked, case: Case) -> None:
        """What the whole fleet is asked for later: names of every kind, and the columns of estates.

        Derived names meet no other derived name of the fleet unless they were cut, so they are claimed too.
        """
        estate = Estate(linked.environment, linked.account, linked.region, linked.cluster)
        self._claims.add(linked, estate, case.filler.name, case.pinned)
        if not case.pending:
            identity = {f"tenant.{part.value}": text for part, text in case.identity.items()} if self._rows else {}
            self._count(estate, linked.spec.tenant_id, lambda path: identity.get(path) or case.subject.look(path))

    def held(self, environment: str, stored: Mapping[str, Any]) -> None:
        """Counts a tenant that keeps its previous artifacts into its estate, by the settings that stand among them."""
        if stored["tenant"]["status"] != "pending":
            account, region, cluster = (stored["deployment"].get(part, "") for part in ("account", "region", "cluster"))
            estate = Estate(environment, account, region, cluster)
            self._count(estate, stored["tenant"]["id"], lambda path: _stored(stored, path))

    def _count(self, estate: Estate, tenant: str, look: Callable[[Path], Value | None]) -> None:
        keys: list[Key] = [*self._columns, *self._rows]
        said = self._estates.setdefault(estate, {key: set() for key in keys})
        for path in self._columns:
            value = look(path)
            if value is not None:
                said[path].add(value)
        root = self._root(estate.environment, tenant) if self._rows else ""
        build = {"build.folder": estate.environment, "build.estate": estate.name, "build.root": root}
        rows = {
            paths: tuple([build[path] if path in build else look(path) or "" for path in paths]) for paths in self._rows
        }
        for paths, row in rows.items():
            said[paths].add(row)
        if root:
            held = self._roots.setdefault((estate.environment, root), {paths: set() for paths in rows})
            for paths, row in rows.items():
                held[paths].add(row)

    def _root(self, environment: str, tenant: str) -> str:
        """The folder, below the environment's, of the root that a tenant stands in with others; empty if in its own."""
        options = self._pipeline.workspace.options_in(environment)
        if "terraform" not in self.outputs.of(environment).names or not _shared_roots(options):
            return ""
        if options.layout == "environment":
            return _ROOTS
        return f"{_ROOTS}/shard-{shard(tenant, options.shards)}"


def _shared_roots(options: Options) -> bool:
    """Whether several tenants stand in one root."""
    return options.layout != "tenant"


def _apart(files: Files, name: str) -> tuple[bytes, Files]:
    """One file, empty if there is none, and all others."""
    return dict(files).get(name, b""), [one for one in files if one[0] != name]


def _misplaced(subject: Subject, spec: Spec) -> list[Diagnostic]:
    """T701 at the line that puts a stage before another which it needs."""
    order = subject.value(ORDER)
    found = misplaced(order) if isinstance(order, tuple) else None
    if found is None:
        return []
    definitions = subject.sections[section(ORDER)].definitions.get(ORDER, ())
    span = definitions[-1].span if definitions and definitions[-1].span else spec.span
    return [diagnose("T701", span, path=ORDER, stage=found[0], needs=found[1])]


def _stored(stored: Any, path: Path) -> Value | None:
    """A plain value in stored settings, or a fact beside them."""
    found = stored if section(path) in FILLED else stored["settings"]
    for name in split(path):
        found = found.get(name, {})
    if isinstance(found, list):
        return tuple(found)
    return found if isinstance(found, (bool, int, float, str)) else None


def _looker(columns: Mapping[Key, Value]) -> Columns:
    """Answers what tenants say about a path, or several together: the distinct values, none for what nobody says."""
    return lambda key: columns.get(key, ())
