"""What rules cost: `python -m tests.benchmarks.rules [TENANTS]` (by default 2000).

Prints the time that the generated form of a rule takes for a tenant, and what a compile of a generated fleet takes with
the library's rules and without any, in turns in one process; CPU time of the process throughout.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tenantc.driver.build import Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import Workspace, load
from tenantc.judge.judging import inapplicable
from tenantc.source.frozen import replace
from tests.fleet import write

AS_OF = "2026-11-01"
RUNS = 5


def compiled(workspace: Workspace, target: Path) -> float:
    """CPU seconds of a whole build."""
    started = time.process_time()
    built = build(Pipeline(workspace, AS_OF), Request(target, target.name))
    taken = time.process_time() - started
    assert not built.ledger.failed, "the fleet is right"
    return taken


def per_rule(workspace: Workspace, tenants: int, *, concerned: bool) -> float:
    """Microseconds that a rule takes for a tenant, over all rules and so many tenants.

    Every function is called, or with `concerned` those alone whose rule is for the tenant, as a build does; the time is
    divided by the number of all rules either way.
    """
    pipeline = Pipeline(workspace, AS_OF)
    taken, count = 0.0, 0
    for path in workspace.tenant_files()[:tenants]:
        for spec in workspace.specs(path)[0]:
            for one in pipeline.tenant(spec).environments.values():
                assert one.checked is not None, "the fleet is right"
                tier = pipeline.tier(one.linked.stack)
                armed = pipeline.judgement.court.regime(one.linked.stack.frameworks).armed
                standing = pipeline.judgement.court.standing(one.linked.stack)
                asked = [each for each in armed if not (concerned and inapplicable(each.rule, standing))]
                subject = pipeline.judgement.subject(one.checked, tier).at_hand()
                get, entries = subject.get, subject.entries
                started = time.process_time()
                for each in asked:
                    each.function(get, entries, each.params)
                taken += time.process_time() - started
                count += len(armed)
    return taken / count * 1e6


def main(tenants: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        workspace = load(write(root / "fleet", tenants)).value
        assert workspace is not None, "the fleet is right"
        bare = replace(workspace, rules=())
        every, asked = (per_rule(workspace, 200, concerned=concerned) for concerned in (False, True))
        print(f"{len(workspace.rules)} rules; one takes {every:.2f} µs for a tenant if all functions are called,")
        print(f"{asked:.2f} if those of rules for other frameworks are not, as in a build")
        times: dict[bool, list[float]] = {True: [], False: []}
        for run in range(2 * RUNS):
            with_rules = run % 2 == 0
            target = root / f"build-{run}"
            times[with_rules].append(compiled(workspace if with_rules else bare, target))
        judged, plain = (statistics.median(times[key]) for key in (True, False))
        print(f"{tenants} tenants: {judged:.2f} s with rules, {plain:.2f} s without: {judged / plain - 1:+.0%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
