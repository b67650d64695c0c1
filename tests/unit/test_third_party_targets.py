"""Targets that other packages offer: an entry point in, artifacts and diagnostics out."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tenantc.diagnostics.render import short
from tenantc.driver import library
from tenantc.driver.build import Built
from tenantc.driver.checking import check_files
from tenantc.driver.effects import effects
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.targets import OWN
from tenantc.driver.workspace import load
from tenantc.emit.contract import breaches, strangers
from tenantc.emit.document import Names, Tree, document
from tenantc.emit.targets import TARGETS, Target
from tests.building import files, run
from tests.compiling import AS_OF, tenant, write

ROOT = Path(__file__).parents[2]
TOP = "platform: demo\nlanguage: 1\nnaming: 1\ndefaults: {region: us-east-1}\n"
HEAD = "from tenantc.emit.document import *\nfrom tenantc.emit.targets import Target\n"
CARD = """
@document("catalog", kind="Card", looks=("tenant.tier", "limits.max_users"), places=("monitoring.logging.level",))
def card(names, tier, users, level):
    return {"name": names.dns_label, "tier": tier, "users": str(users), "log": text("level=", level)}
"""
TARGET = 'TARGET = Target("catalog", (("card.json", "json"),), (card,))\n'

Offer = Callable[..., None]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Lets a package be installed that offers a target: as pip leaves it, a module and its metadata."""

    def install(code: str = CARD + TARGET, name: str = "catalog", package: str = "acme-catalog") -> None:
        module = package.replace("-", "_")
        folder = tmp_path / f"site-{package}"
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{module}.py").write_text(HEAD + dedent(code))
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[tenantc.targets]\n{name} = {module}:TARGET\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(folder)

    return install


def built(root: Path, more: str = "targets: [values, catalog]\n", overrides: str = "") -> Built:
    """A workspace of one tenant, compiled."""
    write(root / "w", {"tenantc.yaml": TOP + more, "tenants/acme.yaml": tenant(overrides)})
    return run(root / "w", root / "out")


def told(root: Path, more: str = "targets: [values, catalog]\n", overrides: str = "") -> str:
    """What is said of that workspace, a line each with its help; nothing is written of what is wrong."""
    done = built(root, more, overrides)
    assert not done.written
    return "\n".join(f"{short(one)} ({one.help})" for one in done.ledger.all())


def test_a_target_of_another_package_is_built_like_any(tmp_path: Path, offer: Offer) -> None:
    offer()
    done = built(tmp_path, overrides="limits.max_users: 7")
    assert done.ledger.all() == []
    card = json.loads(files(tmp_path / "out")["tenants/acme/card.json"])
    assert card == {"name": "acme", "tier": "free", "users": "7", "log": "level=WARNING"}
    listed = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["artifacts"]
    assert "tenants/acme/card.json" in {one["path"] for one in listed}


def test_what_the_example_shows_to_begin_with_is_a_target(tmp_path: Path, offer: Offer) -> None:
    readme = (ROOT / "examples" / "emitter" / "README.md").read_text("utf-8")
    [code] = re.findall(r"^```python\n(.+?)^```$", readme, re.MULTILINE | re.DOTALL)
    offer(f"{code}TARGET = SEATS\n", name="seats")
    assert built(tmp_path, "targets: [seats]\n", "limits.max_users: 7").ledger.all() == []
    seats = json.loads(files(tmp_path / "out")["tenants/acme/seats.json"])
    assert seats == {"tenant": "acme", "seats": 7, "note": "Acme logs at WARNING"}


def test_effects_name_its_documents(tmp_path: Path, offer: Offer) -> None:
    offer()
    built(tmp_path)
    workspace = load(tmp_path / "w").value
    assert workspace is not None
    [users] = effects(workspace, "limits.max_users")
    assert [(one.target, one.kind, one.name) for one in users.documents] == [("catalog", "Card", "card")]


def test_a_document_is_written_once_the_option_that_it_needs_is_stated(tmp_path: Path, offer: Offer) -> None:
    needy = CARD.replace('@document("catalog",', '@document("catalog", needs="workspace.kubernetes.velero",').replace(
        'looks=("tenant.tier", ', 'looks=("tenant.tier", "workspace.kubernetes.velero", '
    )
    offer(needy.replace("tier, users", "tier, velero, users") + TARGET)
    assert built(tmp_path).written
    assert "tenants/acme/card.json" not in files(tmp_path / "out")
    workspace = load(tmp_path / "w").value
    assert workspace is not None
    [users] = effects(workspace, "limits.max_users")
    assert users.documents == ()
    assert [(one.name, option) for one, option in users.dormant] == [("card", "kubernetes.velero")]
    assert built(tmp_path, "targets: [catalog]\nkubernetes: {velero: {}}\n").written
    assert "tenants/acme/card.json" in files(tmp_path / "out")


def test_nobody_looks_for_packages_where_all_targets_are_tenantcs_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entry_points(**_: str) -> None:
        pytest.fail("start-up pays for this")

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    assert built(tmp_path, "targets: [values, kubernetes, terraform, sql]\n").written


def test_a_slip_in_its_name_is_told(tmp_path: Path, offer: Offer) -> None:
    offer()
    said = told(tmp_path, "targets: [values, catalogue]\n")
    assert said == "tenantc.yaml:5:19: error[T606]: unknown target `catalogue` (did you mean `catalog`?)"


FREE = "compliance.data_governance.privacy.dpia_reference"


def test_a_hook_that_checks_tenantc_yaml_alone_tells_it_too(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenantc.yaml": f"{TOP}targets: [value]\n", "tenants/acme.yaml": tenant()}).resolve()
    workspace = load(root).value
    assert workspace is not None
    ledger, _ = check_files(Pipeline(workspace, AS_OF), [root / "tenantc.yaml"])
    assert [one.code for one in ledger.all()] == ["T606"]


BROKEN = {
    "is not to be had (ModuleNotFoundError: No module named 'nothing')": "import nothing\n",
    "is not to be had (ZeroDivisionError: division by zero)": "1 / 0\n",
    "is not to be had (AttributeError: module 'acme_catalog' has no attribute 'TARGET')": "",
    "its entry point names is no `Target` of `tenantc.emit.targets`": "TARGET = 'catalog'\n",
    "it calls itself `other`": CARD + TARGET.replace('"catalog"', '"other"'),
    "`card` is a document of `other`": CARD.replace('"catalog"', '"other"') + TARGET,
    "`../card.json` is no plain file name": CARD + TARGET.replace("card.json", "../card.json"),
    "`/tmp/card.json` is no plain file name": CARD + TARGET.replace("card.json", "/tmp/card.json"),  # noqa: S108
    "`deep/../card.json` is no plain file name": CARD + TARGET.replace("card.json", "deep/../card.json"),
    "`.card` is no plain file name": CARD + TARGET.replace("card.json", ".card"),
    "`card.json` would be `toml`, and the formats are yaml, json,": CARD + TARGET.replace('"json"', '"toml"'),
    "`card` goes to `more.json`, which": CARD.replace('kind="Card"', 'kind="C", file="more.json"') + TARGET,
    "it has documents and no file": CARD + TARGET.replace('("card.json", "json"),', ""),
    "`card.json` stands twice": CARD + TARGET.replace('("card.json", "json"),', '("card.json", "json"),' * 2),
    "`card.json` is JSON, so one document": CARD + TARGET.replace("(card,)", "(card, card)"),
    "is not to be had (ValidationError": CARD + TARGET.replace("(card,)", '(card,), options={"type": "mapping"}'),
    "it writes `settings.json`, and so does tenantc itself": CARD + TARGET.replace("card.json", "settings.json"),
    "it writes `Values.yaml`, and so does target `values`": CARD + TARGET.replace("card.json", "Values.yaml"),
    "`card` reads `limits.user`, which is no setting": CARD.replace("limits.max_users", "limits.user") + TARGET,
    "`card` reads `tenant.name`, which is no setting": CARD.replace("tenant.tier", "tenant.name") + TARGET,
    "`card` reads `workspace.kubernetes.velcro`": CARD.replace("tenant.tier", "workspace.kubernetes.velcro") + TARGET,
    "`card` reads `workspace.targets`": CARD.replace("tenant.tier", "workspace.targets") + TARGET,
    "`card` reads `workspace.extensions.other.x`": CARD.replace("tenant.tier", "workspace.extensions.other.x") + TARGET,
    f"`levels` has the column `{FREE}`, which is free text": f"""
        @document("catalog", kind="Level", scope="estate", columns=("{FREE}",))
        def levels(levels):
            return [*levels]
        TARGET = Target("catalog", (("levels.json", "json"),), (levels,))
    """,
}


@pytest.mark.parametrize(("problem", "code"), BROKEN.items(), ids=BROKEN)
def test_what_is_wrong_with_a_target_is_told_at_its_name(tmp_path: Path, offer: Offer, problem: str, code: str) -> None:
    offer(code)
    said = told(tmp_path)
    assert said.startswith("tenantc.yaml:5:19: error[T609]: target `catalog` of acme-catalog 1.0 cannot be used: "), (
        said
    )
    assert problem in said
    assert said.endswith("(mend acme-catalog 1.0, or take `catalog` off `targets:`)")
    assert "\n" not in said
    assert not list(tmp_path.rglob("card.json"))


def test_a_name_belongs_to_one_package(tmp_path: Path, offer: Offer) -> None:
    offer()
    offer(package="beta-catalog")
    assert "target `catalog` of acme-catalog 1.0 and beta-catalog 1.0 cannot be used" in told(tmp_path)


def test_a_package_takes_no_name_that_tenantc_has(tmp_path: Path, offer: Offer) -> None:
    offer()
    offer(CARD + TARGET, name="sql", package="acme-sql")
    said = told(tmp_path, "targets: [sql, catalog]\n")
    assert "5:11: error[T609]: target `sql` of acme-sql 1.0 cannot be used: tenantc has a target of that name" in said


def test_of_two_targets_that_write_one_file_the_second_is_told(tmp_path: Path, offer: Offer) -> None:
    offer()
    offer((CARD + TARGET).replace('"catalog"', '"other"'), name="other", package="acme-other")
    said = told(tmp_path, "targets: [catalog, other]\n")
    assert "5:20: error[T609]: target `other` of acme-other 1.0" in said
    assert "it writes `card.json`, and so does target `catalog`" in said


# --- documents that fail ---

FAILING = {
    "document `card` raised KeyError: 'x'": 'return {}["x"]',
    "document `card` raised ValueError: two lines": 'raise ValueError("two\\nlines")',
    "document `card` raised AssertionError": "raise AssertionError",
    "document `card` raised TypeError: `limits.max_users` is placed": "return {'many': users > 5}",
    "document `card` raised TypeError: <object": "return {'a': object()}",
    "document `card` raised TypeError: <slot features.enabled> holds no plain value": "return {'a': enabled}",
    "what its documents make together raised BrokenReferenceError": "return {'a': Ref('Role', 'gone')}",
}


@pytest.mark.parametrize(("problem", "body"), FAILING.items(), ids=FAILING)
def test_a_document_that_fails_is_its_packages_mistake(tmp_path: Path, offer: Offer, problem: str, body: str) -> None:
    offer(
        '@document("catalog", kind="Card", places=("limits.max_users", "features.enabled"))\n'
        f"def card(names, users, enabled):\n    {body}\n{TARGET}"
    )
    said = told(tmp_path)
    assert said.startswith(f"tenantc.yaml:5:19: error[T615]: target `catalog` of acme-catalog 1.0 failed: {problem}"), (
        said
    )
    assert "\n" not in said


def test_every_document_that_fails_is_told_once_for_all_tenants(tmp_path: Path, offer: Offer) -> None:
    offer("""
        @document("catalog", kind="Card", looks=("limits.max_users",))
        def one(names, users):
            return {"a": users.one}
        @document("catalog", kind="Card", scope="estate")
        def two():
            return two.nothing
        @document("catalog", kind="Card", places=("limits.max_users",), file="b.yaml")
        def three(names, users):
            return {"a": {users}}
        @document("catalog", kind="Card", file="b.yaml")
        def four(names):
            return {"a": 4}
        TARGET = Target("catalog", (("a.yaml", "yaml"), ("b.yaml", "yaml")), (one, two, three, four))
    """)
    write(tmp_path / "w", {"tenants/beta.yaml": tenant("limits.max_users: 3").replace("acme", "beta")})
    done = built(tmp_path)
    failed = {one.message.partition("document ")[2].partition(" ")[0]: one.tenants for one in done.ledger.all()}
    assert failed == {"`one`": 2, "`three`": 2, "`two`": 0}


def test_what_tenantcs_own_documents_raise_is_a_bug_to_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @document("sql", kind="Role")
    def role(_names: Names) -> Tree:
        raise ZeroDivisionError

    monkeypatch.setitem(OWN, "sql", Target("sql", (("schema.sql", "sql"),), (role,)))
    with pytest.raises(ZeroDivisionError):
        built(tmp_path, "targets: [sql]\n")


# --- options ---

OWNER = CARD.replace("tenant.tier", "workspace.extensions.catalog.owner")
TAKES = """, options={
    "properties": {"owner": {"type": "string", "minLength": 1}, "links": {"type": "boolean"}},
    "additionalProperties": False,
    "required": ["owner"],
}"""
OPTIONS = OWNER + TARGET.replace("(card,)", f"(card,){TAKES}")


def test_its_documents_see_its_options(tmp_path: Path, offer: Offer) -> None:
    offer(OPTIONS)
    assert built(tmp_path, "targets: [catalog]\nextensions: {catalog: {owner: team-a}}\n").written
    assert json.loads(files(tmp_path / "out")["tenants/acme/card.json"])["tier"] == "team-a"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "5:11: error[T121]: `extensions.catalog` has no `owner` ()"),
        ("extensions: {catalog: {}}\n", "6:23: error[T121]: `extensions.catalog` has no `owner` ()"),
        (
            "extensions: {catalog: {owner: 5}}\n",
            "6:31: error[T122]: `extensions.catalog.owner` is a number, and takes text",
        ),
        ("extensions: {catalog: {owner: a, link: true}}\n", "6:34: error[T120]: the key `link` is not part of"),
        (
            "extensions: {catalogs: {owner: a}}\n",
            "6:14: error[T120]: the key `catalogs` is not part of `extensions` (did",
        ),
        ("extensions: {catalog: 5}\n", "6:23: error[T122]: `extensions.catalog` is a number"),
    ],
)
def test_options_are_held_to_what_the_target_takes(tmp_path: Path, offer: Offer, more: str, said: str) -> None:
    offer(OPTIONS)
    if "catalog: 5" in more:
        write(tmp_path, {"tenantc.yaml": f"{TOP}targets: [catalog]\n{more}"})
        found = load(tmp_path.resolve())
        assert [short(one) for one in found.diagnostics] == [f"tenantc.yaml:{said}, and takes a mapping"]
        return
    assert f"tenantc.yaml:{said}" in told(tmp_path, f"targets: [catalog]\n{more}")


@pytest.mark.parametrize("targets", ["targets: [catalog]\n", "targets: [values]\n", ""])
def test_options_that_nobody_takes_are_told(tmp_path: Path, offer: Offer, targets: str) -> None:
    offer()
    said = told(tmp_path, f"{targets}extensions: {{catalog: {{owner: a}}}}\n")
    assert "error[T120]: the key `catalog` is not part of `extensions`" in said


# --- the contract ---


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_tenantcs_own_targets_keep_to_the_contract(target: Target, tmp_path: Path) -> None:
    workspace = load(write(tmp_path, {}).resolve()).value
    assert workspace is not None
    assert list(breaches(target)) == []
    assert list(strangers(target, workspace.documents.schema, library.document_schema("workspace"))) == []
