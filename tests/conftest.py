import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.real import parts

HERE = Path(__file__).parent
LONGEST = HERE / "real" / "test_terraform_apply.py"

if os.environ.get("CI") != "true":  # where hypothesis loads its own profile for CI
    # a noisy machine is no error in the code
    hypothesis.settings.register_profile("local", deadline=None)
    hypothesis.settings.load_profile("local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the longest test and ends with the many short ones beside this file: all workers end together."""
    items.sort(key=lambda item: (item.path.parent == HERE, item.path != LONGEST))


def pytest_collection_finish() -> None:
    """Takes the tests themselves, half a million objects, out of what each collection of garbage looks through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every compile of the suite, in whatever process, out of the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENANTC_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    # a skip's longrepr is (file, line, reason)
    lines = parts.summary(report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple))
    if lines:
        terminalreporter.section("not shown on this machine", yellow=True)
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with `keys`, a `workspace` and a signed `build` of it, which tests leave as it is."""
    from tests.signing import signed_build

    return signed_build(tmp_path_factory.mktemp("signed"))
