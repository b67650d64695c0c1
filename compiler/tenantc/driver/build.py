"""Compiles a fleet into a folder: artifacts, manifest, and what an earlier build leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenantc.audit.plan import Plans
from tenantc.audit.provenance import Provenance
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.driver.blame import Blame
from tenantc.driver.emission import Emission, Files
from tenantc.driver.files import within
from tenantc.driver.keys import Signer
from tenantc.driver.ledger import Ledger
from tenantc.driver.library import digests
from tenantc.driver.lineage import Lineage, trace
from tenantc.driver.listing import Listing
from tenantc.driver.manifest import Head, Previous, owner, read_previous, substance, write_manifest
from tenantc.driver.pipeline import Pipeline, Tenant
from tenantc.driver.reporting import REPORTS, Earlier, Finished, Reporting
from tenantc.driver.sealing import Sealed, is_seal
from tenantc.driver.sinks import MANIFEST, Folder, RefusedError, open_folder, read_within
from tenantc.driver.verification import is_as_built
from tenantc.judge.turns import Turns
from tenantc.model.spec import Spec
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

# language.md §7: more of the fleet than this goes only with --allow-removals.
_REMOVALS = 0.05
_FOREIGN = "its manifest.json is not one of tenantc's: name another folder, or delete it"


class Request(Frozen):
    """What to build: all tenants unless some are named, all environments unless one is.

    Its link goes on with the chain of the build `previous`, by default of what the target holds; with `fresh` of none.
    """

    target: Path
    shown: str
    tenants: tuple[str, ...] = ()
    environment: str | None = None
    keep_going: bool = False
    allow_removals: bool = False
    signer: Signer | None = None
    previous: Path | None = None
    blame: Blame | None = None
    fresh: bool = False

    @property
    def partial(self) -> bool:
        return bool(self.tenants) or self.environment is not None


@dataclass(slots=True)
class Built:
    """What came of it. `written` says whether the target now holds this build, `files` where its tenants stand.

    `unchanged` says that it held it before, and was left alone.
    """

    ledger: Ledger
    tenants: int = 0
    files: set[str] = field(default_factory=set)
    artifacts: int = 0
    bytes: int = 0
    held: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    written: bool = False
    unchanged: bool = False


def build(pipeline: Pipeline, request: Request, advance: Callable[[], None] = lambda: None) -> Built:
    """Compiles into the target.

    It changes only if nothing is wrong (or with `keep_going`, if what is wrong
    concerns single tenants). Diagnostics are in the result; OSError means that the machine failed. `advance` is called
    after each tenant file.
    """
    built = Built(Ledger())
    pipeline.judgement.court.turns = Turns(pipeline.as_of)
    built.ledger.shared(pipeline.shared())
    try:
        with open_folder(request.target, request.shown) as folder:
            try:
                previous = read_previous(folder.target)
            except (ValueError, KeyError, TypeError, AttributeError):
                raise RefusedError(diagnose("T903", path=request.shown, help=_FOREIGN)) from None
            origin = request.previous.resolve() if request.previous is not None else folder.target
            lineage = trace(None if request.fresh else origin, request.signer, is_target=request.previous is None)
            _Run(pipeline, request, folder, previous, lineage, built, advance).run()
    except RefusedError as refused:
        built.ledger.shared([refused.diagnostic])
    return built


class _Run:
    def __init__(
        self,
        pipeline: Pipeline,
        request: Request,
        folder: Folder,
        previous: Previous,
        lineage: Lineage,
        built: Built,
        advance: Callable[[], None],
    ) -> None:
        self.pipeline = pipeline
        self.request = request
        self.folder = folder
        self.previous = previous
        self.lineage = lineage
        self.built = built
        self.advance = advance
        self.unreadable = ""
        self.emission = Emission(pipeline)
        self.plans = Plans()
        self.provenance = Provenance(pipeline.as_of, pipeline.judgement.court.rules)
        self.reporting = Reporting(pipeline, self.provenance, request.blame)
        self.inputs = {path: sha256(data) for path, data in pipeline.workspace.inputs.items()} | digests()
        self.listing = Listing()
        self.removed: dict[str, dict[str, Any]] = {}
        self.held: dict[str, dict[str, Any]] = {}
        # the file of each tenant
        self.seen: dict[str, str] = {}
        self.blocked: dict[str, str] = {}

    def run(self) -> None:
        for spec in self.specs():
            self.tenant(spec)
        self.departed()
        self.fleet()
        ledger = self.built.ledger
        if ledger.failed and not (self.request.keep_going and self.only_tenants_failed()):
            return
        self.hold()
        self.keep_rest()
        self.finish()

    def specs(self) -> Iterator[Spec]:
        """The tenants to compile, each id once."""
        workspace = self.pipeline.workspace
        if self.request.tenants:
            specs, diagnostics = workspace.find(self.request.tenants)
            self.built.ledger.shared(diagnostics)
            missing = set(self.request.tenants) - {spec.tenant_id for spec in specs}
            if not has_errors(diagnostics):
                self.built.ledger.shared(
                    diagnose("T902", tenant=id, help=workspace.slip(id).removeprefix(": ")) for id in sorted(missing)
                )
            yield from specs
            return
        for path in workspace.tenant_files():
            specs, diagnostics, data = workspace.specs(path)
            self.inputs[within(path, workspace.root)] = sha256(data)
            if has_errors(diagnostics):
                self.unreadable = self.unreadable or _reason(diagnostics)
                self.misread(path, diagnostics)
            else:
                self.built.ledger.shared(diagnostics)
            yield from specs
            self.advance()

    def misread(self, path: Path, diagnostics: list[Diagnostic]) -> None:
        """Blocks every tenant of a file in which something is wrong: what was read of it is not what was meant."""
        ids = [id for id, _ in self.pipeline.workspace.ids(path)]
        self.blocked |= dict.fromkeys(ids, _reason(diagnostics))
        (self.built.ledger.tenant if ids else self.built.ledger.shared)(diagnostics)

    def tenant(self, spec: Spec) -> None:
        first = self.seen.get(spec.tenant_id)
        if first is not None:
            places = (spec.span, *self.pipeline.workspace.place(first, spec.tenant_id))
            self.block(spec.tenant_id, diagnose("T201", *places, tenant=spec.tenant_id))
            return
        self.seen[spec.tenant_id] = spec.span.path
        self.built.tenants += 1
        self.built.files.add(spec.span.path)
        tenant = self.pipeline.tenant(spec, self.request.environment)
        self.built.ledger.tenant(tenant.diagnostics)
        self.reporting.tenant(tenant)
        if tenant.failed:
            self.blocked.setdefault(spec.tenant_id, _reason(tenant.diagnostics))
        if spec.tenant_id in self.blocked:
            return
        self.pipeline.count(tenant)
        self.emit(tenant)

    def block(self, tenant: str, diagnostic: Diagnostic) -> None:
        self.built.ledger.tenant([diagnostic])
        self.blocked[tenant] = diagnostic.message

    def emit(self, tenant: Tenant) -> None:
        id = tenant.spec.tenant_id
        if tenant.spec.status == "terminated":
            gone = {"tenant": id, "as_of": self.pipeline.as_of, "reason": "terminated"}
            self.removed[id] = self.previous.removed.get(id, gone)  # the day it went, not that of each later build
            return
        for environment, compiled in tenant.environments.items():
            assert compiled.judged is not None, "a tenant without errors was judged"
            files, diagnostics = self.emission.tenant(compiled.judged)
            self.built.ledger.tenant(diagnostics)
            if has_errors(diagnostics):
                self.blocked[id] = _reason(diagnostics)
                return
            prefix = f"{environment}/tenants/{id}" if environment else f"tenants/{id}"
            where = self.emission.where(compiled.judged, prefix, files)
            if len(files) > 1:  # of a pending tenant only the settings are written
                files.append(("plan.json", self.plans.plan_json(compiled.judged, where)))
            files.append(("audit.json", self.provenance.audit_json(compiled.judged)))
            self.write(prefix, files, id)

    def write(self, folder: str, files: Files, tenant: str) -> None:
        self.folder.write(folder, files)
        self.listing.add(folder, tenant, files)
        self.built.artifacts += len(files)
        self.built.bytes += sum([len(data) for _, data in files])

    def fleet(self) -> None:
        """What stands above single tenants: collisions of names, estates. A partial build leaves those as they were."""
        self.built.ledger.shared(self.emission.diagnostics)
        self.built.ledger.shared(self.emission.collisions(self.previous.tenants()))
        missing = (
            "some tenants are wrong" if self.blocked else "only some tenants are built" if self.request.tenants else ""
        )
        self.built.ledger.shared(self.pipeline.judgement.fleet(missing))
        if self.request.partial:
            return
        for id in self.blocked:
            self.count_held(id)
        departed = self.previous.removed.keys() - self.seen.keys() | self.removed.keys()
        for folder, files in self.emission.shared(departed):
            self.write(folder, files, "")
        self.built.ledger.shared([*self.emission.diagnostics, *self.emission.idle_patches()])
        environments = self.pipeline.workspace.documents.environments
        self.built.ledger.shared(self.pipeline.judgement.waivers.unused(self.seen, environments))

    def count_held(self, id: str) -> None:
        """A tenant that keeps its artifacts needs what its estates gave it, too."""
        name = f"tenants/{id}/settings.json"
        for path in self.previous.files.get(id, {}):
            if path.endswith(name):
                # what somebody deleted or changed counts no more
                with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                    self.emission.held(path.removesuffix(name).rstrip("/"), json.loads(self.folder.read(path)))

    def departed(self) -> None:
        """Tenants of the previous build that are gone. While a file can't be read, whoever may stand in it is held."""
        gone = self.previous.tenants() - set(self.seen) if not self.request.partial else set()
        for id in sorted(gone):
            if self.unreadable:
                self.blocked.setdefault(id, self.unreadable)
            else:
                self.removed[id] = {"tenant": id, "as_of": self.pipeline.as_of, "reason": "its spec is gone"}
        leaving = sorted(self.previous.tenants() & set(self.removed))
        total = len(self.previous.tenants())
        self.built.removed = leaving
        if leaving and len(leaving) > _REMOVALS * total and not self.request.allow_removals:
            shown = ", ".join(f"`{id}`" for id in leaving[:5]) + (", …" if len(leaving) > 5 else "")
            help = f"{shown}: if they are meant to go, say --allow-removals"
            self.built.ledger.shared([diagnose("T605", removed=len(leaving), total=total, help=help)])

    def only_tenants_failed(self) -> bool:
        """Whether what is wrong concerns tenants that can be left out, and not what all of them share."""
        return bool(self.blocked) and not any(
            has_errors([diagnostic]) and diagnostic.tenants == 0 for diagnostic in self.built.ledger.all()
        )

    def hold(self) -> None:
        """Blocked tenants keep their previous artifacts."""
        for path in self.listing.drop(self.blocked):
            (self.folder.staging / path).unlink()
        for id, reason in sorted(self.blocked.items()):
            for path, digest in self.previous.files.get(id, {}).items():
                if self.folder.keep(path):
                    self.listing.keep(path, id, digest)
            self.held[id] = {"tenant": id, "reason": reason}
        self.built.held = sorted(self.held)

    def keep_rest(self) -> None:
        """Takes over what this build does not replace: the rest of a partial build, and files that are not ours."""
        listed = self.previous.listed()
        mine = self.listing.paths() if self.request.partial else set()
        if self.request.partial:
            for tenant, files in self.previous.files.items():
                for path, digest in files.items():
                    if path in mine or path in REPORTS or self.replaced(path, tenant):
                        continue
                    if self.folder.keep(path):
                        self.listing.keep(path, tenant, digest)
            self.held = {id: one for id, one in self.previous.held.items() if self.stays(id)} | self.held
        strangers: list[str] = []
        unlisted = [path for path in self.folder.old_files() if path not in listed and not is_seal(path)]
        mine = self.listing.paths() if unlisted else set()
        for path in unlisted:
            if path in mine:
                continue
            home = self.home(path)
            if self.folder.holds(home):  # a file stands where the new build has a folder
                home = f"orphans/{path}"
            self.folder.keep(path, home)
            strangers.append(home)
        if strangers:
            shown = ", ".join(f"`{path}`" for path in strangers[:5]) + (", …" if len(strangers) > 5 else "")
            self.built.ledger.shared([diagnose("T607", count=len(strangers), files=shown)])

    def stays(self, tenant: str) -> bool:
        """Whether a partial build leaves some of a tenant as it was."""
        return tenant not in self.seen or any(
            not self.replaced(path, tenant) for path in self.previous.files.get(tenant, {})
        )

    def replaced(self, path: str, tenant: str) -> bool:
        """Whether a partial build decides about a path: its tenant was compiled, in its environment."""
        if tenant not in self.seen:
            return False
        return self.request.environment is None or path.startswith(f"{self.request.environment}/")

    def home(self, path: str) -> str:
        """Where a file that is not ours goes: where it was, or to `orphans/` if its tenant is gone."""
        tenant = owner(path)
        if not tenant or tenant in self.seen or tenant in self.blocked or self.request.partial:
            return path
        return f"orphans/{tenant}/{path.split(f'/{tenant}/', 1)[1]}"

    def finish(self) -> None:
        """Writes the manifest, seals the build and makes it the target, unless the target says the same."""
        removed = {id: one for id, one in self.previous.removed.items() if id not in self.seen} | self.removed
        signer, follows = self.request.signer, self.lineage.follows
        inputs = self.inputs if not self.request.partial else self.previous.inputs | self.inputs
        finished = Finished(self.listing, self.built.ledger, inputs, self.held, removed, self.request.partial)
        replaced = Earlier(self.previous, self.folder.read)
        for path, pieces in self.reporting.files(finished, replaced, self.since(replaced), self.folder.pieces):
            self.listing.keep(path, "", self.folder.write_pieces(path, pieces))
        manifest = write_manifest(
            Head(self.pipeline.as_of, self.request.partial, signer.ids if signer is not None else (), follows),
            inputs,
            self.listing.lines(),
            [self.held[id] for id in sorted(self.held)],
            [removed[id] for id in sorted(removed)],
        )
        digest = self.folder.write_pieces(MANIFEST, manifest)
        self.built.written = True
        self.built.unchanged = self.says_the_same()
        if not self.built.unchanged:
            for path in self.lineage.links():
                self.folder.keep(path, build=self.lineage.origin)
            sealed = Sealed(self.folder, digest, self.pipeline.as_of, inputs, self.listing, self.reporting.glass)
            sealed.seal(self.lineage.place, signer)
            self.folder.publish()

    def since(self, replaced: Earlier) -> Earlier:
        """The build since which changes are told: the one that this one goes on from."""
        origin = self.lineage.origin
        if origin is None:
            return Earlier(Previous(), self.folder.read)
        if self.request.previous is None:
            return replaced
        return Earlier(read_previous(origin), lambda path: read_within(origin, path))

    def says_the_same(self) -> bool:
        """Whether the target holds this build already, byte for byte as it was built."""
        old = self.folder.target / MANIFEST
        if not old.is_file():
            return False
        alone = self.lineage.origin == self.folder.target
        with old.open("rb") as before, (self.folder.staging / MANIFEST).open("rb") as now:
            if substance(before, alone=alone) != substance(now, alone=alone):
                return False
        return is_as_built(self.folder.target, self.request.signer)


def _reason(diagnostics: Iterable[Diagnostic]) -> str:
    """Why a tenant is held: the first error."""
    return next((f"{one.code}: {one.message}" for one in diagnostics if has_errors([one])), "")
