"""The order of the rooms (compiler/ARCHITECTURE.md) as a table; below it, each law is seen to fail on a small tree."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import rooms

SOURCE = Path(__file__).parents[1] / "compiler" / rooms.PACKAGE

FLOOR = ("source", "diagnostics", "model", "language")
STAGES = ("load", "link", "resolve", "check", "judge", "emit", "audit")
PURE = (*FLOOR, *STAGES)
BELOW_SURFACES = (*PURE, "driver", "deploy")

# a room: what it may import beside itself
ALLOWED: dict[str, tuple[str, ...]] = {
    "source": (),
    "diagnostics": FLOOR[:1],
    "model": FLOOR[:2],
    "language": FLOOR[:3],
    **dict.fromkeys(STAGES, FLOOR),
    "driver": PURE,
    # what was compiled must be runnable by a later version, so specs and stages are out of sight
    "deploy": ("source", "diagnostics", "model.artifact"),
    "api": BELOW_SURFACES,
    "report": BELOW_SURFACES,
    "cli": (*BELOW_SURFACES, "api", "report"),
    "lsp": (*BELOW_SURFACES, "api", "report"),
    "__main__": ("cli",),
}

# the grammar is code that happens to be written in another language, and is loaded as a module is
EXCUSED = (("language.parse", ".open_from_package()"),)

# rules are compiled where the cache does not know them: a hook finds them there, and starts without their compiler
# programs import the API at their start, and the compiler with the first name of it that they use
LAZY = (("driver.rulebook", "driver.rules"), ("driver.rulebook", "language.generate"), ("api", "api.names"))


@pytest.fixture(scope="module")
def house() -> rooms.Tree:
    return rooms.read(SOURCE)


def test_the_house_is_read(house: rooms.Tree) -> None:
    assert {"source.span", "diagnostics.codes"} <= house.keys()


def refuse(complaints: Iterator[str]) -> None:
    lines = list(complaints)
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def test_imports_go_down(house: rooms.Tree) -> None:
    refuse(rooms.order(house, ALLOWED))


def test_no_module_cycles(house: rooms.Tree) -> None:
    refuse(rooms.cycles(house))


def test_no_hidden_imports(house: rooms.Tree) -> None:
    refuse(rooms.hidden_imports(house, "cli", LAZY))


def test_pure_rooms_are_pure(house: rooms.Tree) -> None:
    refuse(rooms.impurities(house, PURE, EXCUSED))


def test_one_module_knows_where_data_lies(house: rooms.Tree) -> None:
    refuse(rooms.locators(house, "driver.state"))


def test_files_are_small(house: rooms.Tree) -> None:
    refuse(rooms.sizes(house))


def test_names_say_something(house: rooms.Tree) -> None:
    refuse(rooms.hollow_names(house))


def build(folder: Path, **modules: str) -> rooms.Tree:
    """Build a tree of one-line modules: `model_stack="import os"` is model/stack.py; a lone name is a package."""
    for name, text in modules.items():
        room, _, module = name.partition("_")
        file = folder / room / f"{module or '__init__'}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{text}\n")
    return rooms.read(folder)


def complaints(found: Iterator[str], folder: Path) -> list[str]:
    return sorted(line.replace(f"{folder}/", "") for line in found)


def test_what_goes_down_is_allowed(tmp_path: Path) -> None:
    build(
        tmp_path,
        model_artifact="from tenantc.source.span import Span\nfrom tenantc import __version__",
        source_span="import dataclasses",
        deploy_plan="from tenantc.model.artifact import Artifact",
        driver_pipeline="from tenantc.load import blocks",
        load_blocks="import tenantc.model.artifact",
    )
    (tmp_path / "__init__.py").write_text('__version__ = "1"\n')
    tree = rooms.read(tmp_path)
    assert list(rooms.order(tree, ALLOWED)) == []
    assert list(rooms.cycles(tree)) == []


@pytest.mark.parametrize(
    ("module", "text", "target"),
    [
        ("source_span", "from tenantc.model.stack import Stack", "model.stack"),
        ("model_stack", "import tenantc.language.parse as parse", "language.parse"),
        ("load_blocks", "from tenantc.link import chain", "link.chain"),
        ("load_blocks", "from ..link.chain import tiers", "link.chain"),
        ("emit_names", "def f():\n    from tenantc import audit", "audit"),
        ("emit_names", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tenantc.judge import x", "judge"),
        ("driver_pipeline", "from tenantc.deploy.plan import Plan", "deploy.plan"),
        ("deploy_plan", "from tenantc.model.stack import Stack", "model.stack"),
        ("report_text", "from tenantc.cli import main", "cli"),
    ],
)
def test_what_goes_up_or_sideways_is_found(tmp_path: Path, module: str, text: str, target: str) -> None:
    tree = build(tmp_path, link_chain="", **{module: text})
    [found] = complaints(rooms.order(tree, ALLOWED), tmp_path)
    name = module.replace("_", ".")
    assert found == f"{name.replace('.', '/')}.py:{len(text.splitlines())}: {name} may not import {target}"


def test_a_room_outside_the_table_is_found(tmp_path: Path) -> None:
    tree = build(tmp_path, attic_box="")
    assert complaints(rooms.order(tree, ALLOWED), tmp_path) == ["attic/box.py:1: no room is called attic"]


def test_a_cycle_is_found(tmp_path: Path) -> None:
    tree = build(tmp_path, model_a="from . import b", model_b="from .c import x", model_c="import tenantc.model.a")
    [found] = rooms.cycles(tree)
    assert set(found.partition(": ")[2].split(" -> ")) == {"model.a", "model.b", "model.c"}


def test_a_package_that_is_imported_by_its_own_module_is_a_cycle(tmp_path: Path) -> None:
    tree = build(tmp_path, model="from tenantc.model.a import A", model_a="from tenantc.model import A")
    assert len(list(rooms.cycles(tree))) == 1


def test_hidden_imports_are_found(tmp_path: Path) -> None:
    tree = build(
        tmp_path,
        source_span="def f():\n    import yaml\n    from tenantc.source import text",
        source_text="",
        driver_cache="import importlib\nimportlib.import_module('tenantc.load')",
        cli_main="from importlib import import_module\nimport_module('tenantc.cli.check')",
    )
    assert complaints(rooms.hidden_imports(tree, "cli"), tmp_path) == [
        "driver/cache.py:2: only cli/ loads a module by name",
        "modules are loaded by name in one place, not in cli.main, driver.cache",
        "source/span.py:3: imports source.text inside a function",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import os.path", "os.path"),
        ("def f():\n    from pathlib import Path", "pathlib"),
        ("from time import monotonic", "time"),
        ("import logging", "logging"),
        ("open('x')", "open"),
        ("say = print", "print"),
        ("from datetime import date\ndate.today()", ".today()"),
        ("import datetime\ndatetime.datetime.now(datetime.UTC)", ".now()"),
        ("def f(file):\n    return file.read_text()", ".read_text()"),
    ],
)
def test_an_impurity_is_found_in_a_pure_room_only(tmp_path: Path, text: str, name: str) -> None:
    tree = build(tmp_path, check_limits=text, driver_cache=text)
    [found] = complaints(rooms.impurities(tree, PURE), tmp_path)
    assert found == f"check/limits.py:{len(text.splitlines())}: check/ is pure and must not use {name}"


def test_an_excuse_is_for_one_module_and_one_name(tmp_path: Path) -> None:
    tree = build(
        tmp_path, language_parse="x.open_from_package()\nx.read_text()", language_syntax="x.open_from_package()"
    )
    assert complaints(rooms.impurities(tree, PURE, EXCUSED), tmp_path) == [
        "language/parse.py:2: language/ is pure and must not use .read_text()",
        "language/syntax.py:1: language/ is pure and must not use .open_from_package()",
    ]


@pytest.mark.parametrize(
    "text", ["from datetime import date, time\nfrom .time import x\ndate(2026, 1, 1)", "def f(self):\n    self.open()"]
)
def test_what_only_looks_impure_is_let_through(tmp_path: Path, text: str) -> None:
    tree = build(tmp_path, check_dates=text)
    assert list(rooms.impurities(tree, PURE)) == []


@pytest.mark.parametrize(
    "text", ["HERE = __file__", "from importlib import resources", "from importlib.resources import files"]
)
def test_only_one_module_may_ask_where_it_lies(tmp_path: Path, text: str) -> None:
    tree = build(tmp_path, driver_library=text, driver_cache=text)
    [found] = complaints(rooms.locators(tree, "driver.library"), tmp_path)
    assert found.startswith("driver/cache.py:1: only driver.library ")


def test_long_modules_and_functions_are_found(tmp_path: Path) -> None:
    function = "def f():\n" + "    x = 1\n" * 49
    tree = build(tmp_path, model_long="x = 1\n" * 401, model_function=function.rstrip(), model_edge=function[:-15])
    assert complaints(rooms.sizes(tree), tmp_path) == [
        "model/function.py:1: f has 50 lines, not under 50",
        "model/long.py: 402 lines, over 400",
    ]


def test_mostly_long_modules_are_found(tmp_path: Path) -> None:
    long = "x = 1\n" * 130
    tree = build(tmp_path, model="", model_a=long, model_b=long, model_c="")
    assert complaints(rooms.sizes(tree), tmp_path) == ["only 1 of 3 modules are under 130 lines"]


def test_hollow_names_are_found(tmp_path: Path) -> None:
    tree = build(tmp_path, model_utils="", model_stack="", helpers="")
    assert complaints(rooms.hollow_names(tree), tmp_path) == [
        "helpers/__init__.py: a module is named for the noun inside",
        "model/utils.py: a module is named for the noun inside",
    ]
