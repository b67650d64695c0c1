"""An edit of a tenant file changes one setting and nothing else, however the file is laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tenantc.driver.pipeline import Pipeline
from tenantc.driver.revision import Reviser, Revision
from tenantc.driver.workspace import load
from tenantc.load.amend import Amendment
from tenantc.model.layer import Operator
from tests.compiling import AS_OF, without_rules, write

# settings by path with the values that they are given; those of a section may be nested, at any depth
VALUES: Mapping[str, tuple[Any, ...]] = {
    "limits.max_users": (3, 4, "unlimited"),
    "limits.storage_gb": (1, 2, {"value": 3, "until": "2027-03-31", "reason": "pilot, # 42"}),
    "security.mfa_config.required": (True, False),
    "security.mfa_config.backup_codes": (8, 9),
    "features.enabled": (["chat"], ["chat", "maps", "a # b"], []),
    "infrastructure.network.custom_domains": (["a.example"], ["b.example", "c.example"]),
    "integrations.slack.channel": ("#alerts", "it's: here", 'say "hi"', "${tenant.id} alerts"),
}
T = TypeVar("T")
PATHS = sorted(VALUES)
Tree = dict[str, Any]


class Layout:
    """Writes specs in every way that users do, as a stream of choices says."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.comments = 0

    def pick(self, *options: T) -> T:
        return self.draw(st.sampled_from(options))

    def comment(self) -> str:
        self.comments += 1
        return f"#c{self.comments}"

    def tail(self) -> str:
        return self.pick("", "", f"{self.pick(' ', '    ')}{self.comment()}")

    def flow(self, value: Any) -> str:
        space = self.pick("", " ")
        if isinstance(value, dict):
            items = [f"{self.scalar(key)}: {self.flow(item)}" for key, item in value.items()]
            return f"{{{space}{self.comma(' ').join(items)}{space}}}"
        if isinstance(value, list):
            return f"[{space}{self.comma('').join(self.flow(item) for item in value)}{space}]"
        return self.scalar(value)

    def comma(self, least: str) -> str:
        return self.pick(f",{least}", ",  ", f",{self.tail()}\n{' ' * 30}")

    def scalar(self, value: Any) -> str:
        if isinstance(value, str):
            bare = re.fullmatch(r"[a-z][a-z0-9_.-]*", value) is not None and self.pick(True, False)
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            return value if bare else self.pick("'" + value.replace("'", "''") + "'", f'"{quoted}"')
        return str(value).lower()

    def block(self, tree: Tree, indent: int) -> list[str]:
        lines = []
        for key, value in tree.items():
            if self.pick(False, False, True):
                lines.append(f"{' ' * self.pick(0, indent, indent + 3)}{self.comment()}")
            head = f"{' ' * indent}{self.scalar(key)}:"
            if isinstance(value, dict) and value and self.pick(True, True, False):
                inner = self.block(value, indent + self.pick(1, 2, 4))
                lines += [head + self.tail(), *inner]
            elif isinstance(value, list) and value and self.pick(True, False):
                dash = f"{' ' * (indent + self.pick(0, 2, 3))}-{self.pick(' ', '   ')}"
                lines += [head + self.tail(), *(f"{dash}{self.scalar(item)}{self.tail()}" for item in value)]
            else:
                lines.append(f"{head}{self.pick(' ', '    ')}{self.flow(value)}{self.tail()}")
        return lines

    def nested(self, overrides: Tree) -> Tree:
        """Some of the paths as mappings in mappings."""
        found: Tree = {}
        for path, value in overrides.items():
            *above, last = path.split(".")
            depth = self.pick(*range(len(above) + 1))
            here = found
            for name in above[:depth]:
                here = here.setdefault(name, {})
            here[".".join([*above[depth:], last])] = value
        return found

    def spec(self, number: int, overrides: Tree | None) -> list[str]:
        tree: Tree = {"tenant_id": f"tenant-{number}", "tenant_name": "A tenant", "tier": "free"}
        if overrides is not None:
            tree["overrides"] = self.nested(overrides)
        tree["owner_email"] = "owner@example.com"
        if self.pick(True, False) and "overrides" in tree:
            tree["overrides"] = tree.pop("overrides")
        return self.block(tree, 0)

    def file(self, specs: list[Tree | None]) -> str:
        lines: list[str] = []
        for number, overrides in enumerate(specs):
            if number:
                lines += self.pick(["---"], ["...", "---"], [self.comment(), "--- " + self.comment()])
            lines += [*self.spec(number, overrides), *self.pick([], ["", "# " + self.comment()])]
        text = "\n".join(lines) + self.pick("\n", "", "\n\n")
        return self.pick("", "\ufeff") + (text.replace("\n", "\r\n") if self.pick(False, False, True) else text)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[Tree | None]]:
    tree = st.lists(st.sampled_from(PATHS), unique=True).flatmap(
        lambda paths: st.fixed_dictionaries({path: st.sampled_from(VALUES[path]) for path in paths})
    )
    specs = draw(st.lists(st.none() | tree, min_size=1, max_size=3))
    return Layout(draw).file(specs), specs


@pytest.fixture(scope="module")
def reviser(tmp_path_factory: pytest.TempPathFactory) -> Reviser:
    loaded = load(write(tmp_path_factory.mktemp("workspace"), {}).resolve())
    assert loaded.value is not None
    return Reviser(Pipeline(without_rules(loaded.value), AS_OF))


def revision(reviser: Reviser, text: str) -> Revision:
    data = text.encode()
    return Revision(reviser.pipeline.workspace.root / "tenants" / "all.yaml", data, data)


def flat(tree: Any, prefix: str = "") -> Tree:
    """The overrides of a document that ruamel.yaml read, by path."""
    found: Tree = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        is_entry = path in VALUES or path.rstrip("+") in VALUES
        found |= {path: value} if is_entry else flat(value, f"{path}.")
    return found


def read(data: bytes) -> list[Tree]:
    """What ruamel.yaml, which has nothing to do with our reader, takes each document for."""
    yaml = YAML(typ="safe", pure=True)
    documents = [dict(document) for document in yaml.load_all(data.decode("utf-8-sig"))]
    return [document | {"overrides": flat(document.get("overrides", {}))} for document in documents]


def spare(old: bytes, new: bytes) -> list[str]:
    """The lines of the old text, but for comments, between what both begin with and what both end with."""
    before, after = old.decode().splitlines(), new.decode().splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return [line for line in before if not line.strip().startswith("#c")]


def comments(data: bytes) -> list[str]:
    """The comments of a file in their order, each as often as it stands there as one."""
    return re.findall(r"(?m)(?:^|\s)(#c\d+)\r?$", data.decode())


SETTINGS = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(files(), st.data())
def test_a_setting_is_set_and_nothing_else(reviser: Reviser, file: tuple[str, list[Tree | None]], data: Any) -> None:
    text, specs = file
    number = data.draw(st.integers(0, len(specs) - 1))
    path = data.draw(st.sampled_from(PATHS))
    value = data.draw(st.sampled_from(VALUES[path]))
    before = revision(reviser, text)
    after = reviser.amended(before, number, Amendment(path, Operator.SET, value))
    assert isinstance(after, Revision), after
    wanted = read(before.new)
    wanted[number]["overrides"][path] = value
    assert read(after.new) == wanted
    held = (specs[number] or {}).get(path)
    gone = spare(before.new, after.new)
    # what takes several lines makes room for one
    assert len(gone) <= (len(held) + 1 if isinstance(held, (dict, list)) else 1), gone
    assert comments(after.new) == comments(before.new)
    assert re.search(rb"(?<!\r)\n" if b"\r\n" in before.new else rb"\r\n", after.new) is None
    assert reviser.amended(after, number, Amendment(path, Operator.SET, value)) == after


@SETTINGS
@given(files(), st.data())
def test_an_override_is_dropped_and_nothing_else(
    reviser: Reviser, file: tuple[str, list[Tree | None]], data: Any
) -> None:
    text, specs = file
    held = [(number, path) for number, spec in enumerate(specs) for path in spec or ()]
    if not held:
        return
    number, path = data.draw(st.sampled_from(held))
    before = revision(reviser, text)
    spec = dict(reviser.specs(before)[0])[number]
    (entry,) = (one for one in spec.layer.definitions if one.path == path)
    assert entry.key_span is not None
    after = reviser.dropped(before, number, path, entry.key_span)
    assert isinstance(after, Revision), after
    wanted = read(before.new)
    del wanted[number]["overrides"][path]
    assert read(after.new) == wanted
    assert comments(after.new) == comments(before.new)


@SETTINGS
@given(files(), st.data())
def test_an_item_is_added_and_taken_and_nothing_else(
    reviser: Reviser, file: tuple[str, list[Tree | None]], data: Any
) -> None:
    text, specs = file
    number = data.draw(st.integers(0, len(specs) - 1))
    before = revision(reviser, text)
    path = "features.enabled"
    added = reviser.amended(before, number, Amendment(path, Operator.APPEND, ["radio"]))
    assert isinstance(added, Revision), added
    held = (specs[number] or {}).get(path)
    wanted = read(before.new)
    wanted[number]["overrides"][path if held is not None else f"{path}+"] = [*(held or []), "radio"]
    assert read(added.new) == wanted
    assert len(spare(before.new, added.new)) <= 1
    assert comments(added.new) == comments(before.new)
    if held is not None:
        taken = reviser.amended(added, number, Amendment(path, Operator.REMOVE_IF_THERE, ["radio"]))
        assert isinstance(taken, Revision), taken
        assert read(taken.new) == read(before.new)


@pytest.mark.parametrize(
    "overrides", ["? limits.max_users\n  : 3\n", "limits.max_users: 3 # x\n  # y\n  ? limits\n  : {}\n"]
)
def test_odd_layouts_are_changed_right_or_not_at_all(reviser: Reviser, overrides: str) -> None:
    text = f"tenant_id: a\ntenant_name: A\ntier: free\nowner_email: a@example.com\noverrides:\n  {overrides}"
    before = revision(reviser, text)
    done = reviser.amended(before, 0, Amendment("limits.max_users", Operator.SET, 4))
    if isinstance(done, Revision):
        assert read(done.new)[0]["overrides"]["limits.max_users"] == 4
    else:
        assert [one.code for one in done] == ["T906"]
