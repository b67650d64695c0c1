"""Starts commands in processes that need not import tenantc first: a server that did so forks them."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.context import ForkServerProcess

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tenantc.cli.main", "tenantc.cli.group", "tenantc.cli.compile", "tests.commands"])


def start(*arguments: str) -> ForkServerProcess:
    """Starts `tenantc` with these arguments; nobody sees what it prints. Its `exitcode` is the command's."""
    process = _SERVER.Process(target=_run, args=(arguments,))
    process.start()
    return process


def finish(*arguments: str) -> None:
    """Runs `tenantc` with these arguments to its end, which is a good one."""
    process = start(*arguments)
    process.join()
    assert process.exitcode == 0


def _run(arguments: tuple[str, ...]) -> None:
    from tenantc.cli.main import run_guarded

    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123 — no file
        for standard in (0, 1, 2):
            os.dup2(nowhere.fileno(), standard)
    sys.argv = ["tenantc", *arguments]
    os._exit(run_guarded())
