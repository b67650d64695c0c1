"""Writers that come together: every accepted edit is there afterwards, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from tenantc.api import RefusedError, TenantExistsError, TenantManager, Workspace, check
from tenantc.driver.rewriting import locked
from tests.fleet import write

# seconds that the writers write; TENANTC_WRITERS_SECONDS=60 for the long run
SECONDS = float(os.environ.get("TENANTC_WRITERS_SECONDS", "6"))
WRITERS = 16  # in each of two processes
TENANTS = 6


def fleet(root: Path) -> Path:
    write(root, 0)
    (root / "tenants").mkdir()
    for number in range(TENANTS):
        (root / "tenants" / f"tenant-{number}.yaml").write_text(
            f"# kept {number}\ntenant_id: tenant-{number}\ntenant_name: Tenant {number}\n"
            "tier: professional # kept\nowner_email: a@b.example\n"
        )
    return root


async def one_writer(manager: TenantManager, name: str, until: float) -> list[list[str]]:
    """What was accepted of one writer."""
    r = random.Random(name[1:])  # noqa: S311 — data for tests
    accepted: list[list[str]] = []
    told: set[str] = set()
    count = 0
    while time.monotonic() < until:
        count += 1
        # what everybody wants to call a tenant of theirs for a while, and only one may
        names = {"names": {"kubernetes_namespace": f"space-{int(time.time() * 2)}"}}
        tenant, feature, id = f"tenant-{r.randrange(TENANTS)}", f"f_{name}_{count}", f"new-{name}-{count}"
        calls: list[tuple[Coroutine[Any, Any, Any], list[str]]] = [
            (manager.create_tenant(id, "New", "free", "a@b.example", {"limits.max_users": 3}), ["created", id]),
            (manager.apply_configuration(tenant, {"features.enabled+": [feature]}), ["feature", tenant, feature]),
            (manager.create_tenant(f"same-{count}", "S", "free", "a@b.example"), ["created", f"same-{count}"]),
            (manager.apply_configuration(tenant, {"limits.max_users": 10**7}), ["impossible"]),
            *(
                (manager.create_tenant(f"{id}-{n}", "New", "free", "a@b.example", names), ["created", f"{id}-{n}"])
                for n in "xyz"
            ),
        ]
        chosen = r.randrange(len(calls))
        for number, (call, done) in enumerate(calls):
            if number != chosen:
                call.close()
                continue
            try:
                await call
            except RefusedError as refused:
                told |= {one.code for one in refused.diagnostics}
                continue
            accepted.append(done)
    assert told <= {"T201", "T402", "T602"}
    return accepted


def writers(root: str, process: str, seconds: float) -> None:
    """Writes for so long, and prints what was accepted."""

    async def together() -> list[list[list[str]]]:
        manager, until = TenantManager(Workspace.open(root)), time.monotonic() + seconds
        return await asyncio.gather(*(one_writer(manager, f"{process}{n}", until) for n in range(WRITERS)))

    json.dump([done for accepted in asyncio.run(together()) for done in accepted], sys.stdout)


@pytest.mark.slow
def test_writers_in_two_processes_leave_what_was_accepted_and_nothing_else(tmp_path: Path) -> None:
    root = fleet(tmp_path / "fleet")
    command = "import sys; from tests.unit.test_api_writers import writers; writers(sys.argv[1], sys.argv[2], {})"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", command.format(SECONDS), str(root), name],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        for name in "ab"
    ]
    accepted = [done for process in both for done in json.loads(process.communicate()[0])]
    assert [process.returncode for process in both] == [0, 0]
    created = [done[1] for done in accepted if done[0] == "created"]
    features = {(done[1], done[2]) for done in accepted if done[0] == "feature"}
    assert created
    assert features
    assert len(created) == len(set(created))
    workspace = Workspace.open(root)
    assert sorted(workspace.tenants()) == sorted([*created, *(f"tenant-{n}" for n in range(TENANTS))])
    texts = {path.stem: path.read_text() for path in (root / "tenants").iterdir()}
    held = {(id, feature) for id, text in texts.items() for feature in re.findall(r"f_\w+", text)}
    assert held == features
    assert not check(workspace).failed
    assert all(f"# kept {number}\n" in texts[f"tenant-{number}"] for number in range(TENANTS))
    assert {path.name for path in root.iterdir()} == {"tenantc.yaml", "tenants"}
    assert [path for path in (root / "tenants").iterdir() if path.name.startswith(".")] == []


def test_one_of_many_is_refused_and_the_others_are_written(tmp_path: Path) -> None:
    manager = TenantManager(Workspace.open(fleet(tmp_path / "fleet")))

    async def together() -> list[Any]:
        calls = [manager.create_tenant("same", f"Number {n}", "free", "a@b.example") for n in range(5)]
        calls += [manager.create_tenant(f"t-{n}", "T", "free" if n else "gold", "a@b.example") for n in range(5)]
        names = {"names": {"kubernetes_namespace": "one-name"}}
        calls += [manager.create_tenant(f"named-{n}", "T", "professional", "a@b.example", names) for n in range(3)]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(together())
    refused = [one for one in answers if isinstance(one, RefusedError)]
    assert sorted(one.diagnostics[0].code for one in refused) == ["T201"] * 4 + ["T204"] + ["T602"] * 2
    assert len(answers) - len(refused) == 1 + 4 + 1
    assert not [one for one in answers if isinstance(one, BaseException) and one not in refused]


def test_who_waits_reads_what_was_written_meanwhile(tmp_path: Path) -> None:
    """While somebody holds the lock nothing is read: an editor's change stands beside the one that waited."""
    root = fleet(tmp_path / "fleet")
    manager, path = TenantManager(Workspace.open(root)), root / "tenants" / "tenant-0.yaml"

    async def together() -> None:
        with locked(root):
            waits = asyncio.create_task(manager.apply_configuration("tenant-0", {"limits.max_users": 7}))
            await asyncio.sleep(0.2)
            assert not waits.done()
            path.write_text(path.read_text() + "ring: canary\n")
        await waits

    asyncio.run(together())
    assert path.read_text().endswith("ring: canary\noverrides:\n  limits.max_users: 7\n")


def test_readers_are_in_nobodys_way(tmp_path: Path) -> None:
    workspace = Workspace.open(fleet(tmp_path / "fleet"))
    manager, first = TenantManager(workspace), TenantManager(workspace).audit_security("tenant-1")

    async def together() -> list[Any]:
        writes = [manager.apply_configuration("tenant-0", {"limits.max_users": n}) for n in range(1, 9)]
        reads = [asyncio.to_thread(manager.audit_security, "tenant-1") for _ in range(12)]
        return await asyncio.gather(*reads, *writes)

    assert all(one == first for one in asyncio.run(together())[:12])


def test_who_gives_up_before_its_turn_has_written_nothing(tmp_path: Path) -> None:
    root = fleet(tmp_path / "fleet")
    manager = TenantManager(Workspace.open(root))

    async def together() -> None:
        with locked(root):
            first = asyncio.create_task(manager.suspend("tenant-0"))
            await asyncio.sleep(0.1)
            second = asyncio.create_task(manager.suspend("tenant-1"))
            await asyncio.sleep(0.1)
            second.cancel()
            await asyncio.wait([second])
            assert second.cancelled()
        await first
        await manager.suspend("tenant-2")

    asyncio.run(together())
    suspended = [n for n in range(TENANTS) if "suspended" in (root / "tenants" / f"tenant-{n}.yaml").read_text()]
    assert suspended == [0, 2]


def test_a_process_that_was_forked_writes_too(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, sys\n"
        "from tenantc.api import TenantManager, Workspace\n"
        "manager = TenantManager(Workspace.open(sys.argv[1]))\n"
        "asyncio.run(manager.suspend('tenant-0'))\n"
        "child = os.fork()\n"
        "asyncio.run(manager.suspend('tenant-2' if child else 'tenant-1'))\n"
        "sys.exit(os.waitpid(child, 0)[1] if child else 0)\n"
    )
    root = fleet(tmp_path / "fleet")
    subprocess.run([sys.executable, "-c", script, str(root)], check=True, timeout=60)
    assert [n for n in range(3) if "suspended" in (root / "tenants" / f"tenant-{n}.yaml").read_text()] == [0, 1, 2]


def test_a_machine_that_fails_says_so_and_everything_is_as_before(tmp_path: Path) -> None:
    root = fleet(tmp_path / "fleet")
    manager = TenantManager(Workspace.open(root))
    before = {path: path.read_bytes() for path in (root / "tenants").iterdir()}
    # a folder stands where the new file would be staged
    (root / "tenants" / f".late.yaml.{os.getpid()}").mkdir()
    with pytest.raises(OSError, match="late"):
        asyncio.run(manager.create_tenant("late", "Late", "free", "a@b.example"))
    assert {path: path.read_bytes() for path in (root / "tenants").iterdir() if path.is_file()} == before
    asyncio.run(manager.create_tenant("later", "Later", "free", "a@b.example"))


def test_commands_wait_for_programs(tmp_path: Path) -> None:
    root = fleet(tmp_path / "fleet")
    command = [sys.executable, "-m", "tenantc.cli.main", "set", "limits.max_users=7", "-w", str(root)]
    with locked(root):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        assert "max_users" not in (root / "tenants" / "tenant-0.yaml").read_text()
    assert process.wait() == 0
    assert "max_users: 7" in (root / "tenants" / "tenant-0.yaml").read_text()
    with pytest.raises(TenantExistsError):
        asyncio.run(TenantManager(Workspace.open(root)).create_tenant("tenant-0", "T", "free", "a@b.example"))
