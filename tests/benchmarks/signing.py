"""What evidence costs: `python -m tests.benchmarks.signing [TENANTS]` (by default 2000).

Prints what a compile of a generated fleet takes signed and unsigned, in turns in one process, as its CPU time; and the
time on the clock and of all processes that verifying the signed build takes.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tenantc.driver.build import Request, build
from tenantc.driver.evidence import Evidence, Keys
from tenantc.driver.keys import Signer
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.verification import verify_build
from tenantc.driver.workspace import Workspace, load
from tests.fleet import write
from tests.signing import make_keys

AS_OF = "2026-11-01"
RUNS = 3


def compiled(workspace: Workspace, target: Path, signer: Signer | None) -> float:
    """CPU seconds of a whole build."""
    started = time.process_time()
    built = build(Pipeline(workspace, AS_OF), Request(target, target.name, signer=signer, fresh=True))
    taken = time.process_time() - started
    assert built.written, "the fleet is right"
    return taken


def verified(target: Path, signer: Signer) -> tuple[float, float]:
    """Seconds on the clock, and of all processes together, that verifying a build takes."""
    started, before = time.perf_counter(), sum(os.times()[:4])
    found = verify_build(Evidence(target), Keys(signer.public, exactly=True), os.cpu_count() or 1)
    assert not found.diagnostics, "nobody changed it"
    return time.perf_counter() - started, sum(os.times()[:4]) - before


def main(tenants: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        signer = make_keys(root / "keys")
        workspace = load(write(root / "fleet", tenants)).value
        assert workspace is not None, "the fleet is right"
        times: dict[bool, list[float]] = {True: [], False: []}
        for run in range(2 * RUNS):
            # each from scratch: a build that is there already would be left alone
            signed = run % 2 == 0
            target = root / f"build-{run}"
            times[signed].append(compiled(workspace, target, signer if signed else None))
        signing, plain = (statistics.median(times[key]) for key in (True, False))
        print(f"{tenants} tenants: {signing:.2f} s signed, {plain:.2f} s unsigned: {signing / plain - 1:+.0%}")
        clock, processes = min(verified(root / "build-0", signer) for _ in range(RUNS))
        print(f"verified in {clock:.2f} s, {processes:.2f} s of CPU")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
