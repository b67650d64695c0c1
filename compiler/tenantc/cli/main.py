"""`tenantc`: finds the command and loads its module, and nothing else, so that a hook starts fast."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from tenantc import __version__
from tenantc.cli.usage import UsageError

if TYPE_CHECKING:
    import click

# Each command's module, loaded by name when it runs, and what the overview says of it.
COMMANDS = {
    "compile": "compile a workspace into artifacts",
    "keygen": "make the keys that sign builds",
    "audit": "verify builds, prove what was decided for a tenant, and tell their history",
    "check": "check a workspace, or some of its files, and write nothing",
    "show": "show a tenant's resolved settings",
    "explain": "explain where a setting's value comes from, what a rule asks, or what a diagnostic's code means",
    "effects": "tell what settings drive: documents, rules, or a target to come",
    "why": "tell which settings decide a line of an artifact",
    "init": "begin a workspace in a folder",
    "new": "add a tenant to a workspace",
    "import": "make a tenant or a tier of a JSON template",
    "export": "write a tenant as a JSON template",
    "seal": "seal a tenant's secret to the workspace's public keys",
    "unseal": "open a sealed secret with the private keys",
    "diff": "tell what changes between two git revisions, or one and the working tree",
    "rules": "list the rules that hold",
    "fix": "mend tenants in their own files: rules that they break, overrides that change nothing",
    "set": "set one setting in many tenants' files",
    "baseline": "write today's failures as waivers, to be worked off",
    "test": "run the tests that stand in rule files",
    "fmt": "lay out rule files",
    "roots": "list the folders of a build that Terraform runs in, all or those that changed",
    "adopt": "let Terraform take over what a tenant has already",
    "migrate-terraform": "let Terraform follow tenants into other roots",
    "migrate-sql": "let rows follow tenants to other isolation levels and databases, or take other names",
    "schema": "write JSON Schemas with which editors complete and check specs",
}

# Objects that are made before the first look for garbage: hardly anything that is made refers to itself.
_YOUNG = 50_000


def run() -> None:
    """The command's entry point.

    Exit codes: 0 clean, 1 the input has errors, 2 usage, 3 the machine failed us, 70 our bug (sysexits.h EX_SOFTWARE),
    130 interrupted (128 + SIGINT).
    """
    if sys.argv[1:] == ["--version"]:
        print(f"tenantc {__version__}")
        return
    _leave(run_guarded())


def _leave(code: int) -> NoReturn:
    """Ends the process without taking apart what it made, which takes a tenth of a hook's time."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # whoever read it is gone
            stream.flush()
    os._exit(code)


def run_guarded() -> int:
    """Runs the command and gives its exit code; whatever goes wrong is told in a line."""
    gc.disable()
    try:
        return _hooked(sys.argv[2:]) if _is_hook(sys.argv[1:]) else _clicked()
    except KeyboardInterrupt:
        print("tenantc: interrupted", file=sys.stderr)
        return 130
    except ImportError as error:  # something that tenantc needs is not installed
        print(f"tenantc: {error}", file=sys.stderr)
        return 3
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"tenantc: {where}{error.strerror or error}", file=sys.stderr)
        return 3
    except Exception as error:  # noqa: BLE001 — the one place where a bug of ours becomes one line
        return _bug(error)


def _is_hook(arguments: list[str]) -> bool:
    """Whether this is `check` with nothing but files that can be read: what a hook says, and what needs no click."""
    command, *paths = arguments or [""]
    plain = all(not path.startswith("-") and os.access(path, os.R_OK) for path in paths)
    return command == "check" and bool(paths) and plain and "_TENANTC_COMPLETE" not in os.environ


def _hooked(paths: list[str]) -> int:
    modules = _module("modules")
    is_known = modules.offer()
    hook = loaded("hook")
    # what the first run needs besides, to read what no cache holds yet, is no use to the next
    found = None if is_known else modules.imported()
    try:
        code = hook.run(paths)
    except UsageError:
        return _clicked()  # which says it with the command's usage
    if found is not None:
        modules.keep(found)
    assert isinstance(code, int)
    return code


def loaded(name: str) -> Any:
    """A module of this folder. What it imports stays, so that no collection of garbage looks at it, or for it."""
    module = _module(name)
    gc.freeze()
    gc.set_threshold(_YOUNG)
    gc.enable()
    return module


def _module(name: str) -> Any:
    return importlib.import_module(f"tenantc.cli.{name.replace('-', '_')}")


def _clicked() -> int:
    import click

    try:
        # without standalone mode click returns the code of whoever ended the command
        code = _group().main(prog_name="tenantc", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _bug(error: Exception) -> int:
    if os.environ.get("TENANTC_TRACEBACK"):
        raise error
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition(os.sep)[2]}:{trace.tb_lineno}" if trace else "?"
    print(
        f"tenantc: this is our bug: {type(error).__name__} at {where}: {error}; please report it with the output of "
        f"the same command under TENANTC_TRACEBACK=1",
        file=sys.stderr,
    )
    return 70


def _group() -> click.Group:
    import click

    group = _module("group").Commands(
        COMMANDS,
        loaded,
        name="tenantc",
        help="The tenant configuration compiler: many short tenant specs in, deployable artifacts out.",
        params=[
            click.Option(["--version"], is_flag=True, expose_value=False, callback=_version, help="print the version")
        ],
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    assert isinstance(group, click.Group)
    return group


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        print(f"tenantc {__version__}")
        ctx.exit()


if __name__ == "__main__":
    run()
