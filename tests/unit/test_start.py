"""How fast a hook starts: a good file loads what it needs, and the whole takes few times what Python takes."""

from __future__ import annotations

import compileall
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tenantc
from tests.fleet import write

COMMAND = (sys.executable, "-m", "tenantc.cli.main")
# each costs 5 to 100 ms
HEAVY = (
    "click",
    "cryptography",
    "dataclasses",
    "deepmerge",
    "importlib.metadata",
    "inspect",
    "jinja2",
    "jsonschema_rs",
    "lark",
    "networkx",
    "rich",
    "yaml",
)


def spec(root: Path) -> str:
    return str(next((root / "tenants").rglob("*.yaml")))


def test_a_hook_loads_what_a_good_file_needs(tmp_path: Path) -> None:
    one = spec(write(tmp_path / "fleet", 3))
    script = (
        "import sys\n"
        f"sys.argv = ['tenantc', 'check', {one!r}]\n"
        "from tenantc.cli import main\n"
        "main.run_guarded()\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules))\n"
    )
    command = [sys.executable, "-c", script]
    subprocess.run(command, check=True, capture_output=True)  # fills the cache
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "1 tenant checked: no errors, no warnings\n\n"


def test_a_hook_finds_its_modules_in_the_cache(tmp_path: Path) -> None:
    """The first one puts them there; those of other code are not looked at."""
    one = spec(write(tmp_path / "fleet", 3))
    script = (
        "import sys\n"
        f"sys.argv = ['tenantc', 'check', {one!r}]\n"
        "from tenantc.cli import main\n"
        "code = main.run_guarded()\n"
        "print(code, type(sys.modules['tenantc.cli.hook'].__loader__).__module__)\n"
    )
    environment = os.environ | {"TENANTC_CACHE_DIR": str(tmp_path / "cache")}
    loaders = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment
        )
        loaders.append(done.stdout.splitlines()[-1])
    assert loaders == ["0 _frozen_importlib_external", "0 tenantc.cli.modules"]


def test_what_only_click_can_say_is_still_said(tmp_path: Path) -> None:
    (tmp_path / "stray.yaml").write_text("")
    for arguments in (["stray.yaml"], ["missing.yaml"], ["--nonsense"], [""]):
        done = subprocess.run(
            [*COMMAND, "check", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.startswith("Usage: tenantc check [OPTIONS] [PATHS]...\n")


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "bound"), [(["--version"], 3.5), (["check"], 11)])
def test_a_start_takes_few_times_what_python_takes(tmp_path: Path, arguments: list[str], bound: float) -> None:
    # as pip leaves an installed wheel
    compileall.compile_dir(Path(tenantc.__file__).parent, quiet=1)
    if arguments == ["check"]:
        arguments = ["check", spec(write(tmp_path / "fleet", 1000))]
        time.sleep(2.1)  # what changed in the last two seconds is read anew (see `driver.roster`)
    taken: dict[bool, list[float]] = {True: [], False: []}
    # in turns, and by the processor's time: one thread does it all, and what else the machine does would count
    for number in range(42):
        bare = number % 2 == 0
        started = spent()
        command = (sys.executable, "-c", "pass") if bare else (*COMMAND, *arguments)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
        if number > 1:
            taken[bare].append(spent() - started)
    assert statistics.median(taken[False]) / statistics.median(taken[True]) <= bound


def spent() -> float:
    """Seconds of CPU that child processes took so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
