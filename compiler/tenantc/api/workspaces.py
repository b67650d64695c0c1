"""A workspace as programs hold it: on disk or in memory, read anew by each call."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from threading import Lock
from typing import Any, Final
from weakref import finalize

from tenantc.api.refusals import RefusedError, refusal
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.driver import files
from tenantc.driver.as_of import as_of
from tenantc.driver.build import Request, build
from tenantc.driver.checking import check_workspace
from tenantc.driver.edits import Edit
from tenantc.driver.explanation import explanation, settings, verdict
from tenantc.driver.pipeline import Compiled, Pipeline, Tenant
from tenantc.driver.revision import Revision, diff
from tenantc.driver.stacks import StackMemory
from tenantc.driver.transaction import Accepted, Answer, Refused, Transactions
from tenantc.driver.workspace import PARTS, is_current, load
from tenantc.driver.workspace import Workspace as Loaded
from tenantc.model.verdict import Strictness
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import BadPathError, split

# edits of one process that are proven together, so that a check of the whole fleet serves many
_TOGETHER: Final = 64
_SHOWN: Final = 60


class Change(Frozen):
    """What came of a call that writes: the tenant's file, the lines that changed, and what the compiler says of it.

    `diff` is a unified diff, empty where the spec said so already; then nothing was written. `diagnostics` are warnings
    and notes on the tenant as it is now.
    """

    tenant: str
    path: str
    diff: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def changed(self) -> bool:
        return bool(self.diff)


class Checked(Frozen):
    """What is to be said of a workspace, in reading order, and how many tenants were checked."""

    tenants: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        return has_errors(self.diagnostics)


class Compilation(Frozen):
    """What came of a build: whether the folder holds it, how many tenants and artifacts, and who was held or went."""

    written: bool
    tenants: int
    artifacts: int
    held: tuple[str, ...]
    removed: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


class _Ticket:
    """An edit that waits to be written, and what came of it."""

    __slots__ = ("answer", "edit")

    def __init__(self, edit: Edit) -> None:
        self.edit = edit
        self.answer: Answer | None = None


class Workspace:
    """A folder of tenants, or a private one that stands for a mapping of texts and ends with this object.

    It compiles as of the day `as_of` (YYYY-MM-DD, UTC), by default as `tenantc compile` would. To break a rule that is
    held as strictly as `fail_on` (block, warn, report), or more, is an error.

    Reading may be done by any thread. Calls that write take turns, here and in other processes.

    >>> from tenantc.api import Workspace
    >>> workspace = Workspace.open("examples/streaming")
    >>> workspace.tenants()[:2]
    ('acme-corp', 'aurora-audio')
    >>> workspace.settings("acme-corp", "limits.max_users")
    {'limits.max_users': 500}
    """

    def __init__(self, root: Path, as_of: str | None = None, fail_on: str = "block") -> None:
        self.root = root
        self.as_of = as_of
        self.fail_on = Strictness(fail_on)
        self._known: Loaded | None = None
        self._transactions = Transactions(root, as_of, self.fail_on)
        self._waiting: list[_Ticket] = []
        self._guard = Lock()
        self._turns: tuple[int, ThreadPoolExecutor] | None = None

    @classmethod
    def open(cls, path: str | Path, *, as_of: str | None = None, fail_on: str = "block") -> Workspace:
        """The workspace in a folder, or the nearest one upward. Raises RefusedError (T901) if there is none."""
        root = files.find_workspace(Path(path))
        if root is None:
            raise RefusedError([diagnose("T901", path=str(path)[:_SHOWN])])
        return cls(root, as_of, fail_on)

    @classmethod
    def in_memory(cls, texts: Mapping[str, str], *, as_of: str | None = None, fail_on: str = "block") -> Workspace:
        r"""A workspace of these texts by their paths, as they would lie in a folder; `files()` gives them back.

        Raises RefusedError for a path that leads elsewhere, or is no part of a workspace.

        >>> from tenantc.api import Workspace, check
        >>> texts = {"tenantc.yaml": "platform: demo\nlanguage: 1\nnaming: 1\n"}
        >>> check(Workspace.in_memory(texts)).tenants
        0
        """
        wrong = [name for name in texts if not _is_part(name)]
        if wrong:
            problem = f"is no file of a workspace, which are {', '.join(PARTS)}"
            raise RefusedError([diagnose("T906", path=name[:_SHOWN], problem=problem) for name in wrong])
        root = Path(mkdtemp(prefix="tenantc-")).resolve()
        made = cls(root, as_of, fail_on)
        finalize(made, shutil.rmtree, root, ignore_errors=True)
        for name, text in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode(errors="surrogatepass"))  # what is no text is told when it is read
        return made

    def copy(self) -> Workspace:
        """A workspace in memory that says the same, to try changes on.

        >>> from tenantc.api import Workspace
        >>> Workspace.open("examples/streaming").copy().tenants()[0]
        'acme-corp'
        """
        return Workspace.in_memory(self.files(), as_of=self.as_of, fail_on=self.fail_on.value)

    def files(self) -> dict[str, str]:
        """The texts that the workspace is made of, by their paths. Raises RefusedError for what is no text."""
        found: dict[str, str] = {}
        listed = (path for part in PARTS for path in files.listing(self.root / part, (*files.ENDINGS, ".rule", ".sql")))
        for path in (self.root / files.WORKSPACE_FILE, *listed):
            name, data = files.within(path, self.root), files.read(path, self.root)
            try:
                if isinstance(data, Diagnostic):
                    raise RefusedError([data])
                found[name] = data.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = f"0x{error.object[error.start]:02x}"
                raise RefusedError([diagnose("T101", offset=error.start, byte=byte)]) from None
        return found

    def tenants(self) -> tuple[str, ...]:
        """The ids of all tenants, sorted."""
        return tuple(sorted({id for id, _ in self.pipeline().workspace.ids()}))

    def settings(self, tenant: str, under: str | None = None, *, environment: str | None = None) -> dict[str, Any]:
        """The resolved settings of a tenant by path, all or those at and below one, as artifacts hold them.

        Raises UnknownTenantError, UnknownEnvironmentError, and RefusedError for a path that is none, or a tenant that
        can't be read.
        """
        if under is not None:
            _check_path(under)
        return settings(self.compiled(tenant, environment)[1], under)

    def pipeline(self) -> Pipeline:
        """The workspace as it is now, ready to compile. Raises RefusedError if its tenantc.yaml is unusable."""
        known = self._known
        if known is None or not is_current(known):
            loaded = load(self.root)
            if loaded.value is None:
                raise refusal(loaded.diagnostics)
            known = self._known = loaded.value
        day = as_of(self.as_of, known.options.as_of)
        pipeline = Pipeline(replace(known, edits={}), day, self.fail_on)
        pipeline.judgement.memory = StackMemory(known.inputs, day)
        return pipeline

    def tenant(self, tenant: str) -> tuple[Pipeline, Tenant]:
        """A tenant in every environment it lives in. Raises UnknownTenantError, or RefusedError if it can't be read."""
        pipeline, id = self.pipeline(), str(tenant)[:_SHOWN]
        specs, diagnostics = pipeline.workspace.find([id])
        if not specs or has_errors(diagnostics):
            slip = pipeline.workspace.slip(id).removeprefix(": ")
            raise refusal(diagnostics if has_errors(diagnostics) else [diagnose("T902", tenant=id, help=slip)])
        return pipeline, pipeline.tenant(specs[0])

    def compiled(self, tenant: str, environment: str | None = None) -> tuple[Pipeline, Compiled]:
        """A tenant in one environment, by default in the only one. Raises as `tenant`, and UnknownEnvironmentError."""
        pipeline, found = self.tenant(tenant)
        if environment is None and len(found.environments) == 1:
            return pipeline, next(iter(found.environments.values()))
        one = found.environments.get("" if environment in (None, "default") else str(environment))
        if one is not None:
            return pipeline, one
        if has_errors(found.diagnostics) and not found.environments:
            raise refusal(found.diagnostics)
        help = f"it lives in {', '.join(sorted(found.environments)) or 'none'}"
        raise refusal([diagnose("T206", name=str(environment or "default")[:_SHOWN], help=help)])

    async def write(self, edit: Edit) -> Change:
        """Writes an edit as soon as it is its turn, or raises what it is refused with.

        A caller that is cancelled before its turn has written nothing; later, its edit may be there.
        """
        ticket = _Ticket(edit)
        with self._guard:
            self._waiting.append(ticket)
            turn = self._executor().submit(self._turn, ticket)
        try:
            return await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            with self._guard:  # it may stand there without a turn of its own
                self._waiting = [one for one in self._waiting if one is not ticket]
            raise

    def preview(self, edit: Edit) -> Accepted:
        """What would come of an edit, without writing it. Raises what it would be refused with."""
        answer = Transactions(self.root, self.as_of, self.fail_on).tried([edit])[0]
        if isinstance(answer, Refused):
            raise refusal(answer.diagnostics)
        return answer

    def _executor(self) -> ThreadPoolExecutor:
        """One thread, which has the turns; a process that was forked has none of its parent's."""
        if self._turns is None or self._turns[0] != os.getpid():
            self._turns = os.getpid(), ThreadPoolExecutor(1, "tenantc")
            self._waiting = self._waiting[-1:]
        return self._turns[1]

    def _turn(self, ticket: _Ticket) -> Change:
        """Takes along whoever waits: their turns find what came of their edits."""
        if ticket.answer is None:
            with self._guard:
                others = [one for one in self._waiting if one is not ticket]
                together = [ticket, *others[: _TOGETHER - 1]]
                self._waiting = others[_TOGETHER - 1 :]
            for one, answer in zip(together, self._written(together), strict=True):
                one.answer = answer
        assert ticket.answer is not None, "its turn is over"
        return self._change(ticket.edit, ticket.answer)

    def _written(self, tickets: Sequence[_Ticket]) -> list[Answer]:
        return self._transactions.write([one.edit for one in tickets])

    def _change(self, edit: Edit, answer: Answer) -> Change:
        if isinstance(answer, Refused):
            raise refusal(answer.diagnostics)
        revision: Revision = answer.revision
        name = files.within(revision.path, self.root)
        return Change(edit.tenant_id, name, diff(revision, name), answer.diagnostics)


def check(workspace: Workspace) -> Checked:
    """Everything that is to be said about a workspace, as `tenantc check` says it; writes nothing.

    >>> from tenantc.api import Workspace, check
    >>> check(Workspace.open("examples/streaming")).failed
    False
    """
    ledger, count = check_workspace(workspace.pipeline())
    return Checked(count, tuple(ledger.all()))


def explain(workspace: Workspace, tenant: str, subject: str, *, environment: str | None = None) -> dict[str, Any]:
    """Where a setting of a tenant has its value from, or what came of a rule for it (schemas/cli/explain.json).

    Raises UnknownTenantError, UnknownEnvironmentError, and RefusedError for a path that is none.

    >>> from tenantc.api import Workspace, explain
    >>> workspace = Workspace.open("examples/streaming")
    >>> [one["from"] for one in explain(workspace, "acme-corp", "limits.max_users")["definitions"]]
    ['tenant `acme-corp`', 'tier `professional`', 'tier `free`']
    """
    pipeline, compiled = workspace.compiled(tenant, environment)
    rule = pipeline.judgement.court.rules.get(subject)
    if rule is not None and rule.over == "tenants":
        return verdict(compiled, rule, pipeline)
    _check_path(subject)
    if pipeline.schema.find(subject) is None and split(subject)[0] not in ("tenant", "deployment"):
        raise refusal([diagnose("T126", path=subject[:_SHOWN])])
    return explanation(compiled, subject, pipeline)


async def compile_workspace(
    workspace: Workspace,
    output: str | Path | None = None,
    *,
    environment: str | None = None,
    tenants: Sequence[str] = (),
    keep_going: bool = False,
    allow_removals: bool = False,
) -> Compilation:
    """Compiles a workspace into a folder, by default its `build`, as `tenantc compile` does.

    What is wrong is in the result: if anything is, the folder stays as it was. Raises UnknownEnvironmentError.

    >>> import asyncio
    >>> from tenantc.api import Workspace, compile_workspace
    >>> workspace = Workspace.open("examples/streaming").copy()
    >>> asyncio.run(compile_workspace(workspace, tenants=["acme-corp"])).written
    True
    """
    if environment is not None and environment not in workspace.pipeline().workspace.documents.environments:
        raise refusal([diagnose("T206", name=str(environment)[:_SHOWN])])
    target = Path(output) if output is not None else workspace.root / "build"
    request = Request(target, str(target), tuple(tenants), environment, keep_going, allow_removals)
    built = await asyncio.to_thread(lambda: build(workspace.pipeline(), request))
    held, removed = tuple(built.held), tuple(built.removed)
    return Compilation(built.written, built.tenants, built.artifacts, held, removed, tuple(built.ledger.all()))


def _is_part(name: str) -> bool:
    """Whether a path is that of a file of a workspace, spelled in the one way."""
    parts = PurePosixPath(name).parts
    plain = "/".join(parts) == name and "\0" not in name and not any(part.startswith(".") for part in parts)
    return plain and (parts == (files.WORKSPACE_FILE,) or (len(parts) > 1 and parts[0] in PARTS[1:]))


def _check_path(path: str) -> None:
    try:
        split(path)
    except BadPathError as error:
        raise refusal([diagnose("T124", key=path[:_SHOWN], problem=str(error))]) from None
