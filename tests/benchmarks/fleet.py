"""What a fleet costs: `python tests/benchmarks/fleet.py [SMALL LARGE]` (by default 1000 and 10000 tenants).

Prints the peak memory of compiling both, the CPU time that one more tenant costs, that of copying the files it makes
with `cp -r`, and the time of `--version` and of `check` on one file beside that of `python -c pass`. Everything runs as
whole processes, one after the other.
"""

from __future__ import annotations

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tenantc
from tests.fleet import write

RUNS = 9


def measured(*command: str) -> tuple[float, float]:
    """CPU seconds (user and system) and peak memory in MB of a process and its children."""
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], check=True, capture_output=True, text=True)
    cpu, memory = done.stdout.split()
    return float(cpu), float(memory)


def median(*command: str) -> float:
    """The median of nine wall times, in milliseconds."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main(small: int, large: int) -> None:
    # as pip leaves what it installs; a checkout that nobody compiled would measure Python's parser with every start
    compileall.compile_dir(Path(tenantc.__file__).parent, quiet=1)
    command = (sys.executable, "-m", "tenantc.cli.main")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        cost: dict[int, tuple[float, float]] = {}
        copy: dict[int, float] = {}
        # the first run of a version fills the cache, which would count against the small fleet alone
        measured(*command, "compile", str(write(root / "first", 1)), "-o", str(root / "first-build"))
        for count in (small, large):
            fleet, build = write(root / f"fleet-{count}", count), root / f"build-{count}"
            cost[count] = measured(*command, "compile", str(fleet), "-o", str(build))
            copy[count], _ = measured("cp", "-r", str(build), str(root / f"copy-{count}"))
            print(
                f"{count} tenants: {cost[count][0]:.2f} s CPU, peak {cost[count][1]:.0f} MB; cp {copy[count]:.2f} s CPU"
            )
        marginal = (cost[large][0] - cost[small][0]) / (large - small) * 1e6
        copying = (copy[large] - copy[small]) / (large - small) * 1e6
        print(f"one more tenant: {marginal:.0f} µs CPU; copying it: {copying:.0f} µs; ratio {marginal / copying:.2f}")
        allowed = 1.3 * cost[small][1] + 40
        print(f"memory: {cost[large][1]:.0f} MB of {allowed:.0f} MB allowed (1.3 x {cost[small][1]:.0f} + 40)")
        one = str(next((root / f"fleet-{small}" / "tenants").rglob("*.yaml")))
        bare = median(sys.executable, "-c", "pass")
        for name, arguments in (("--version", ("--version",)), ("check FILE", ("check", one))):
            took = median(*command, *arguments)
            print(f"{name}: {took:.0f} ms, {took / bare:.1f} x `python -c pass` ({bare:.0f} ms)")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:])) if len(sys.argv) > 1 else main(1_000, 10_000)
