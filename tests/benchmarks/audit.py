"""What evidence costs: `python -m tests.benchmarks.audit [TENANTS]` (by default 10 000).

Compiles a signed build and prints the share of it that goes into evidence (audit.json and plan.json of each tenant,
reports, signatures), in CPU time of one process, and what verifying the build takes, as a whole process by the clock.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tenantc.audit.provenance import Provenance
from tenantc.driver import build as building
from tenantc.driver.build import Request, build
from tenantc.driver.keys import load_signer
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.reporting import Reporting
from tenantc.driver.workspace import load
from tests.fleet import write

RUNS = 3
# what makes evidence; the end of a build is all of it, but for the manifest
PARTS: tuple[tuple[type[Any], str], ...] = (
    (Provenance, "audit_json"),
    (Reporting, "tenant"),
    (building._Run, "finish"),
)


def timed(spent: list[float], function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[0] += time.process_time() - started

    return call


def main(tenants: int) -> None:
    tenantc = (sys.executable, "-m", "tenantc.cli.main")
    with tempfile.TemporaryDirectory() as folder:
        root, keys, target = write(Path(folder) / "fleet", tenants), Path(folder) / "keys", Path(folder) / "build"
        keygen = [*tenantc, "keygen", "--out", str(keys), "--no-passphrase"]
        subprocess.run(keygen, check=True, stdout=subprocess.DEVNULL)
        spent = [0.0]
        for owner, name in PARTS:
            setattr(owner, name, timed(spent, getattr(owner, name)))
        workspace = load(root.resolve()).value
        assert workspace is not None
        gc.freeze()
        gc.set_threshold(50_000)
        started = time.process_time()
        build(Pipeline(workspace, "2026-11-01"), Request(target, "build", signer=load_signer(keys, None)))
        whole = time.process_time() - started
        rest = whole - spent[0]
        print(
            f"{tenants} tenants: {whole:.1f} s CPU, {spent[0]:.1f} s of it for evidence: +{100 * spent[0] / rest:.0f} %"
        )
        verify = [*tenantc, "audit", "verify", str(target), "--keys", str(keys)]
        took = []
        for _ in range(RUNS):
            started = time.perf_counter()
            subprocess.run(verify, check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - started)
        print(f"verifying it: {min(took):.1f} s, the best of {RUNS}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
