"""The fixtures of the harness; pytest finds them in whichever test file under here asks."""

from pathlib import Path

import pytest

from tests.real.postgres import postgres, scratch_database
from tests.real.terraform import terraform

__all__ = ["postgres", "scratch_database", "terraform"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("real")
