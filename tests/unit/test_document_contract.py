"""What a document declares, what it is handed, and what it must not do with it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tenantc.emit.build import Builder
from tenantc.emit.document import (
    Expr,
    Names,
    Node,
    NoRegion,
    Ref,
    Result,
    Slot,
    Tree,
    Unsupported,
    compact_json,
    document,
    slug,
    text,
)
from tenantc.emit.links import BrokenReferenceError
from tenantc.emit.statement import Identifier, Literal, sql
from tenantc.emit.subject import Subject
from tenantc.emit.writers.terraform import ConflictError
from tenantc.model.identity import Identity, IdentityText
from tenantc.source.value import UNLIMITED, Record, Value
from tests.documents import Bench, schema, sections, target
from tests.trees import filler

INSPECTIONS: dict[str, Callable[[Any], object]] = {
    "==": lambda slot: slot == 5,
    "== from the right": lambda slot: slot == "5",
    "!=": lambda slot: slot != 5,
    "<": lambda slot: slot < 5,
    ">=": lambda slot: slot >= 5,
    "in a list": lambda slot: slot in [1, 2],
    "bool": bool,
    "not": lambda slot: not slot,
    "str": str,
    "format": lambda slot: f"{slot}",
    "%": lambda slot: "%s" % slot,  # noqa: UP031
    "len": len,
    "iteration": list,
    "unpacking": lambda slot: [*slot],
    "a mapping's key": lambda slot: {slot: 1},
    "a member of a set": lambda slot: {slot},
    "int": int,
    "float": float,
    "as an index": lambda slot: [1, 2][slot],
    "an item of it": lambda slot: slot[0],
    "membership": lambda slot: 1 in slot,
    "+": lambda slot: slot + 1,
    "+ from the right": lambda slot: "a" + slot,
    "*": lambda slot: 2 * slot,
    "//": lambda slot: slot // 2,
    "-": lambda slot: -slot,
    "round": round,
    "a method": lambda slot: slot.upper(),
    "a comparison by max": lambda slot: max(slot, 1),
    "math": math.floor,
}


@pytest.mark.parametrize("inspect", INSPECTIONS.values(), ids=INSPECTIONS.keys())
def test_inspecting_what_is_placed_says_what_to_declare(inspect: Callable[[Any], object]) -> None:
    @document("kubernetes", kind="Thing", places=("limits.max_users",))
    def quota(_names: Names, users: Slot | None) -> Tree:
        inspect(users)
        return {"a": 1}

    with pytest.raises(TypeError, match=r"`limits\.max_users` is placed.* declare it in `looks`"):
        Bench(target(quota)).build({"limits.max_users": 5})


@pytest.mark.parametrize("inspect", INSPECTIONS.values(), ids=INSPECTIONS.keys())
@pytest.mark.parametrize("what", ["tenant_id", "tenant_name", "owner_email", "kubernetes_namespace"])
def test_nobody_inspects_identity_or_a_name(what: str, inspect: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match="identity: documents place it and never inspect it"):
        inspect(getattr(Names(), what))


@pytest.mark.parametrize(
    "node", [text("a", Names().tenant_id), compact_json(Names().tenant_id), Ref("Role", "x"), Literal("x")], ids=repr
)
def test_what_is_made_of_slots_is_no_more_inspected_than_they_are(node: Any) -> None:
    for inspect in (str, bool, len, hash, lambda it: it == it, lambda it: f"{it}"):  # noqa: PLR0124
        with pytest.raises(TypeError):
            inspect(node)


def test_a_document_is_handed_what_it_declares_in_that_order() -> None:
    handed: list[Any] = []

    @document("kubernetes", kind="Thing", looks=("b.two", "a.one"), places=("d.four", "c.three"))
    def everything(*given: object) -> Tree:
        handed.append(given)
        return None

    Bench(target(everything)).build({"a.one": 1, "b.two": ["x"], "c.three": 3, "d.four": 4})
    for names, two, one, four, three in handed:
        assert isinstance(names, Names)
        assert (one, two) == (1, ("x",))
        assert (four.source.path, three.source.path) == ("d.four", "c.three")


def test_what_is_absent_is_none_and_unlimited_is_itself_looked_at_or_placed() -> None:
    seen: list[tuple[object, object, object, object]] = []

    @document("kubernetes", kind="Thing", looks=("a.x", "a.y"), places=("a.z", "a.w"))
    def look(_names: Names, x: object, y: object, z: object, w: object) -> Tree:
        seen.append((x, y, z, w))
        return None

    Bench(target(look)).build({"a.y": UNLIMITED, "a.w": UNLIMITED})
    assert seen[0] == (None, UNLIMITED, None, UNLIMITED)


def test_a_look_at_a_mapping_is_a_record_of_all_below_it_nested_and_sorted() -> None:
    seen: list[Any] = []

    @document("kubernetes", kind="Thing", looks=("a", "a.c", "a.absent"))
    def look(_names: Names, everything: object, some: object, none: object) -> Tree:
        seen.append((everything, some, none))
        return None

    Bench(target(look), paths=("a.c.z", "a.c.b", "a.d", "a.absent.x")).build(
        {"a.d": 1, "a.c.z": [1, {"k": 2}], "a.c.b": 3}
    )
    inner = Record({"b": 3, "z": (1, Record({"k": 2}))})
    assert seen[0] == (Record({"c": inner, "d": 1}), inner, None)
    assert list(seen[0][0]) == ["c", "d"]


@pytest.mark.parametrize("empty", [None, {}, [], {"a": None}, [None], [{}, None]])
def test_an_empty_tree_is_no_document_and_no_document_is_no_file(empty: Tree) -> None:
    @document("kubernetes", kind="Thing")
    def nothing(_names: Names) -> Tree:
        return empty

    assert Bench(target(nothing)).build({}) == ({}, [])


def test_entries_that_are_none_are_left_out_and_empty_ones_stay() -> None:
    @document("kubernetes", kind="Thing")
    def some(_names: Names) -> Tree:
        return {"gone": None, "spec": {}, "list": [None, 1, []], "all": {"x": None}}

    assert yaml.safe_load(Bench(target(some)).text({})) == {"spec": {}, "list": [1, []], "all": {}}


def test_a_list_is_several_documents() -> None:
    @document("kubernetes", kind="Thing")
    def two(names: Names) -> Tree:
        return [{"name": names.tenant_id}, {"name": "b"}]

    assert Bench(target(two)).text({}) == "name: acme-corp\n---\nname: b\n"


def test_a_file_of_json_is_the_one_tree_and_a_list_stays_a_list() -> None:
    @document("catalog", kind="Thing", looks=("a.x",), places=("a.y",))
    def listed(names: Names, x: int | None, y: Slot | None) -> Tree:
        return [x, None, {"who": text(names.tenant_name, ": ", y) if y is not None else None}] if x else []

    bench = Bench(target(listed, format_="json", name="catalog"))
    assert json.loads(bench.text({"a.x": 1, "a.y": 'a"b'}, name="A\\")) == [1, {"who": 'A\\: a"b'}]
    assert json.loads(bench.text({"a.x": 1})) == [1, {}]
    assert bench.build({"a.y": "no x"}) == ({}, [])


def test_documents_of_one_terraform_file_are_merged_and_none_writes_what_another_wrote() -> None:
    @document("terraform", kind="Thing")
    def first(_names: Names) -> Tree:
        return {"resource": {"aws_s3_bucket": {"a": {"x": 1}}}, "output": {"o": {"value": 1}}}

    @document("terraform", kind="Thing")
    def second(_names: Names) -> Tree:
        return [{"resource": {"aws_s3_bucket": {"b": {}}, "aws_kms_key": {"a": {"y": [1]}}}}]

    written = Bench(target(first, second, format_="terraform")).text({})
    assert written == (
        '{\n  "resource": {\n    "aws_s3_bucket": {\n      "a": {\n        "x": 1\n      },\n      "b": {}\n    },\n'
        '    "aws_kms_key": {\n      "a": {\n        "y": [\n          1\n        ]\n      }\n    }\n  },\n'
        '  "output": {\n    "o": {\n      "value": 1\n    }\n  }\n}\n'
    )
    with pytest.raises(ConflictError, match=r"two documents write resource\.aws_s3_bucket\.a"):
        Bench(target(first, first, format_="terraform")).build({})


def test_a_document_may_go_to_another_file_and_only_beside_one_with_content() -> None:
    @document("kubernetes", kind="Thing", looks=("a.on",))
    def main(_names: Names, on: bool | None) -> Tree:
        return {"x": 1} if on else None

    @document("kubernetes", kind="Thing", file="second.yaml", beside="first.yaml")
    def companion(_names: Names) -> Tree:
        return {"resources": ["first.yaml"]}

    bench = Bench(target(main, companion))
    assert bench.build({"a.on": True})[0].keys() == {"first.yaml", "second.yaml"}
    assert bench.build({"a.on": False})[0] == {}


def test_each_repeats_a_document_over_a_mapping_or_a_list_and_labels_it_by_what_it_is_for() -> None:
    @document("kubernetes", kind="Thing", each="workspace.workloads", looks=("a.size",), places=("a.level",))
    def workload(_names: Names, name: str, options: Any, size: int, level: Slot) -> Tree:
        return {"name": slug(name), "port": options["port"], "size": size, "level": level}

    @document("kubernetes", kind="Thing", each="a.domains")
    def domain(_names: Names, key: str, value: str) -> Tree:
        return {"name": slug(key), "host": value}

    bench = Bench(target(workload, domain), paths=("a.size", "a.level", "a.domains"))
    settings: dict[str, Any] = {
        "workspace.workloads.web.port": 2,
        "workspace.workloads.api.port": 1,
        "a.size": 3,
        "a.level": "INFO",
        "a.domains": ["api.acme.com", "b"],
    }
    written = list(yaml.safe_load_all(bench.text(settings)))
    assert written[:2] == [
        {"name": "api", "port": 1, "size": 3, "level": "INFO"},
        {"name": "web", "port": 2, "size": 3, "level": "INFO"},
    ]
    assert [one["host"] for one in written[2:]] == ["api.acme.com", "b"]
    # what is added or taken away leaves the rest as it was
    settings["a.domains"] = ["first.com", "b"]
    assert list(yaml.safe_load_all(bench.text(settings)))[3] == written[3]
    settings["a.domains"] = []
    assert len(list(yaml.safe_load_all(bench.text(settings)))) == 2


def test_a_refusal_says_which_setting_and_the_rest_is_built() -> None:
    @document("kubernetes", kind="Thing", looks=("a.rotation",))
    def key(_names: Names, rotation: int) -> Result:
        return Unsupported("a.rotation", ("set it to 90",)) if rotation < 90 else {"rotation": rotation}

    @document("kubernetes", kind="Thing", looks=("deployment.region",))
    def region(_names: Names, where: str | None) -> Result:
        return {"region": where} if where else NoRegion("the check")

    files, refusals = Bench(target(key, region)).build({"a.rotation": 30, "deployment.region": "eu-west-1"})
    assert files == {"first.yaml": "region: eu-west-1\n"}
    assert [(one.document, one.result) for one in refusals] == [("key", Unsupported("a.rotation", ("set it to 90",)))]
    files, refusals = Bench(target(key, region)).build({"a.rotation": 90})
    assert [(one.document, one.result) for one in refusals] == [("region", NoRegion("the check"))]


def test_every_node_that_can_hold_a_slot_says_how_it_is_filled() -> None:
    kinds = [kind for kind in Node.__subclasses__() if kind is not Expr]
    assert len(kinds) >= 7
    assert [kind.__name__ for kind in kinds if "filled" not in vars(kind)] == []


def test_a_setting_with_identity_in_it_is_placed_and_a_look_at_it_is_refused() -> None:
    greeting = IdentityText(("hello ", Identity.NAME))

    @document("kubernetes", kind="Thing", places=("a.greeting",))
    def placed(_names: Names, greeting: Slot) -> Tree:
        return {"says": greeting, "json": compact_json({"says": greeting})}

    @document("kubernetes", kind="Thing", looks=("a.greeting",))
    def looked(_names: Names, greeting: Value) -> Tree:
        return {"says": str(greeting)}

    bench = Bench(target(placed))
    for name in ("Acme", 'O\'Reilly: "x"', "Acme"):
        found = yaml.safe_load(bench.text({"a.greeting": greeting}, name=name))
        assert found["says"] == f"hello {name}"
        assert yaml.safe_load(found["json"]) == {"says": f"hello {name}"}
    files, refusals = Bench(target(looked)).build({"a.greeting": greeting})
    assert files == {}
    assert [one.result.path for one in refusals if isinstance(one.result, Unsupported)] == ["a.greeting"]


def test_what_a_format_cannot_write_is_refused_at_the_setting_that_holds_it() -> None:
    @document("sql", kind="Thing", looks=("a.table",), places=("a.note",))
    def note(names: Names, table: str, note: Slot | None) -> Tree:
        return [
            sql(
                "COMMENT ON TABLE ",
                Identifier(table),
                " IS ",
                Literal(text("by ", names.tenant_name) if note is None else note),
            )
        ]

    bench = Bench(target(note, format_="sql", name="sql"))

    def refused(settings: dict[str, object], **who: str) -> list[str]:
        files, refusals = bench.build(settings, **who)
        assert files == {}
        return [one.result.path for one in refusals if isinstance(one.result, Unsupported)]

    assert bench.build({"a.table": "t", "a.note": "n"})[1] == []
    assert refused({"a.table": "t", "a.note": "a\0b"}) == ["a.note"]
    assert refused({"a.table": "t" * 64, "a.note": "n"}) == ["a.table"]
    assert refused({"a.table": "t"}, name="a\0b") == ["tenant_name"]


@pytest.mark.parametrize("value", [["a"], {"a": 1}])
def test_only_scalars_are_placed_and_the_rest_in_compact_json(value: object) -> None:
    @document("kubernetes", kind="Thing", places=("a.x",))
    def bare(_names: Names, x: Slot) -> Tree:
        return {"x": x}

    @document("kubernetes", kind="Thing", places=("a.x",))
    def wrapped(_names: Names, x: Slot) -> Tree:
        return {"x": compact_json({"it": x})}

    with pytest.raises(TypeError, match="`compact_json`"):
        Bench(target(bare)).build({"a.x": value})
    found = yaml.safe_load(Bench(target(wrapped)).text({"a.x": value}))
    assert yaml.safe_load(found["x"]) == {"it": value}


def test_what_is_referred_to_has_to_be_there() -> None:
    @document("kubernetes", kind="Thing", looks=("a.on",))
    def role(names: Names, on: bool) -> Tree:
        return {"kind": "Role", "metadata": {"name": text("r-", names.tenant_id)}} if on else None

    @document("kubernetes", kind="Thing")
    def binding(names: Names) -> Tree:
        return {"kind": "RoleBinding", "metadata": {"name": "b"}, "ref": Ref("Role", text("r-", names.tenant_id))}

    bench = Bench(target(role, binding))
    assert "ref: r-acme-corp\n" in bench.text({"a.on": True})
    with pytest.raises(BrokenReferenceError, match=r"documents of kubernetes refer to .*Role"):
        bench.build({"a.on": False})


def test_a_document_of_an_estate_sees_what_its_tenants_have_and_none_of_them() -> None:
    @document(
        "kubernetes",
        kind="Thing",
        scope="estate",
        looks=("deployment.region", "workspace.version"),
        columns=("a.level",),
    )
    def shared(region: str, version: str, levels: tuple[str, ...]) -> Tree:
        return {"region": region, "version": version, "levels": levels}

    builder = Builder([target(shared)])
    subject = Subject(schema(()), sections({"deployment.region": "eu-west-1", "workspace.version": "1.30"}))

    def built(levels: tuple[str, ...]) -> bytes:
        said: dict[str | tuple[str, ...], Value] = {"a.level": levels}
        files, refusals = builder.files(subject, filler({}), "estate", said.__getitem__)
        assert refusals == []
        return files[0][1]

    assert built(("shared",)) == b'region: eu-west-1\nversion: "1.30"\nlevels:\n- shared\n'
    assert built(("schema", "shared")).endswith(b"levels:\n- schema\n- shared\n")
    assert built(("shared",)) == built(("shared",))
    assert builder.built == 2
    assert Bench(target(shared)).build({}) == ({}, [])


def test_a_declaration_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="both looks at and places"):
        document("kubernetes", kind="Thing", looks=("a.x",), places=("a.x",))(lambda: None)
    with pytest.raises(ValueError, match="has no columns"):
        document("kubernetes", kind="Thing", columns=("a.x",))(lambda: None)
    with pytest.raises(ValueError, match="places nothing"):
        document("kubernetes", kind="Thing", scope="estate", places=("a.x",))(lambda: None)
    with pytest.raises(ValueError, match="a path is names"):
        document("kubernetes", kind="Thing", looks=("a..x",))(lambda: None)


def test_a_longer_name_is_asked_for_and_never_longer_than_its_kind_allows() -> None:
    assert isinstance(Names().sub("s3_bucket", "logs"), Slot)
    for suffix in ("Logs", "a--b", "-a", "x" * 40, "a_b"):
        with pytest.raises(ValueError, match="is no suffix of a s3_bucket"):
            Names().sub("s3_bucket", suffix)
