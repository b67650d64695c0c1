"""Hostile texts wherever a workspace, a spec or a setting may hold text that somebody wrote.

What a schema or the language refuses is told at its line. Whatever is taken stands whole and equal where a harmless
text would stand, for readers of YAML 1.1 and 1.2, JSON, Terraform and PostgreSQL; and nothing else is another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pglast
import pytest
import yaml
from ruamel.yaml import YAML

from tenantc.check.json_schema import json_schema
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import short
from tenantc.driver.emission import Emission
from tenantc.driver.library import document_schema
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.rulebook import library_documents
from tenantc.driver.workspace import load
from tests.compiling import AS_OF, without_rules
from tests.hostile import LEFT_OUT, Keys, Place, fits, laid_out, places, put, sample, standing, swapped
from tests.trees import AWKWARD

TEXTS = (
    *dict.fromkeys(AWKWARD),
    "\0",
    "{{ .Values.x }}",
    "\n---\nkind: Secret\n",
    "ab\n",
    '"\n',
    "'\"`${%{{{$$\\\0\u202e\n" * 8,
)
# every text in every place takes minutes; rounds differ in what stands where, so that this puts each text somewhere
STRIDE = 9
TOP, SPEC = "tenantc.yaml", "tenants/acme.yaml"
SECRET = "secret://vault/okta#key"  # noqa: S105 — says where one lies
PATCHED: Keys = ("patches", 2, "json", 1, "path")
POINTER = "/metadata/annotations/c"
# inputs on each of which other documents stand
INPUTS = (
    *("alarm_topic", "bedrock_models", "callback_urls", "eks_cluster", "email_identity", "rest_api", "sms_role"),
    "stage",
)
BODIES: Mapping[str, Mapping[str, Any]] = {
    TOP: {
        "platform": "demo", "language": 1, "naming": 1, "as_of": AS_OF,
        "targets": ["values", "kubernetes", "terraform", "sql", "argocd", "flux"],
        # settings are attacked in the spec, and options of other packages' targets are theirs
        "settings": LEFT_OUT, "extensions": LEFT_OUT,
        "regions": {"eu-west-1": {"residency": "eu"}},
        "defaults": {"region": "eu-west-1", "environments": LEFT_OUT},
        "deployment": {"regions": {"eu-west-1": {"region": "eu-west-1"}}},
        "stores": {"vault": {"tenant_paths": LEFT_OUT, "provision": LEFT_OUT}, "other": {"provision": LEFT_OUT}},
        "kubernetes": {
            "kinds": LEFT_OUT,
            "scaling_metrics": {"a": {"metric": LEFT_OUT}, "other": {"metric": LEFT_OUT}},
            # parts of a network are found by the names that both files say, and stand in no artifact
            "workloads": {
                "api": {"kind": "Deployment", "port": 8080, "labels": {"a": "b"}, "segment": LEFT_OUT},
                "worker": {"segment": LEFT_OUT},
            },
            "gateway": {"name": "public", "namespace": "gateways", "workload": "api"},
            "prometheus": {
                "usage": {"max_users": 'sum(users{namespace="$namespace"})'},
                "alerts": {"system_health": {"own": None}},
            },
        },
        "terraform": {
            "inputs": {
                "vpc": {
                    "state": "network", "data": LEFT_OUT, "attribute": LEFT_OUT, "arguments": LEFT_OUT,
                    "regions": LEFT_OUT,
                },
                "subnets": {
                    "arguments": {"tags": {"a": "b"}}, "state": LEFT_OUT, "output": LEFT_OUT, "regions": LEFT_OUT,
                },
                # others are said alike
                **dict.fromkeys(
                    (
                        *("alarm_topic", "backup_vault_copy", "backup_vault_third_copy", "cdn_certificate"),
                        *("cdn_domain", "cdn_key_group", "cluster_admin_role", "ingress_host"),
                        *("key_store", "log_destination", "secondary_ingress_host", "zone"),
                    ),
                    LEFT_OUT,
                ),
                "workload_security_group": "sg-a",
                # found by the tenant's id, or refused
                "load_balancer": "arn-of-{tenant.id}",
                **{
                    name: {"state": "network", "data": LEFT_OUT, "attribute": LEFT_OUT, "arguments": LEFT_OUT,
                           "regions": LEFT_OUT}
                    for name in INPUTS
                },
            },
            "states": {"network": {"config": {"bucket": "b"}}},
            "backend": {"s3": {"bucket": "b", "key": "{root}"}},
            "layout": LEFT_OUT, "shards": LEFT_OUT,
        },
        "sql": {
            "shared_tables": ["a.counted", "a.b"], "counted_tables": {"counted": "max_users"},
            "template_schema": LEFT_OUT,  # names a file
        },
        "patches": [
            {"kind": "Namespace", "merge": {"metadata": {"annotations": {"a.example/note": "note"}}},
             "name": LEFT_OUT, "environments": LEFT_OUT, "json": LEFT_OUT},
            {"kind": "ServiceAccount", "merge": {"imagePullSecrets": [{"name": "registry"}]},
             "name": "tenant", "environments": LEFT_OUT, "json": LEFT_OUT},
            {"kind": "LimitRange", "json": [
                {"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}, "from": LEFT_OUT},
                {"op": "add", "path": POINTER, "value": "d", "from": LEFT_OUT},
            ], "name": LEFT_OUT, "environments": LEFT_OUT, "merge": LEFT_OUT},
        ],
        "owners": {"limits.max_users": ["tiers", "tenants"]},
        "literals": [{"path": "billing.payment_method.token", "reason": "a public name", "digest": LEFT_OUT}],
    },
    SPEC: {
        "tenant_id": "acme", "tier": "professional", "region": "eu-west-1", "status": "active",
        "mixins": ["long-retention"], "compliance_requirements": ["SOC2"], "environments": LEFT_OUT, "keep": LEFT_OUT,
        "names": {"kubernetes_namespace": "acme-space", "kms_alias": "alias/acme", "s3_bucket": "acme-files"},
        "overrides": {
            "compliance": {"frameworks": LEFT_OUT},
            "infrastructure": {
                "network": {"segments": LEFT_OUT},
                # Terraform takes one word alone, the deployment's region, and below no word at all
                **{part: {"region": LEFT_OUT} for part in ("storage", "database", "caching")},
            },
            "security": {"encryption_config": {"keys": {"cleartext_access_roles": LEFT_OUT}}},
            "integrations": {"a": dict.fromkeys(("client_secret", "api_key", "bot_token", "webhook_url"), SECRET)},
        },
    },
}  # fmt: skip
# names that another place says too
NAMED: set[Keys] = {
    *(("regions", "eu-west-1"), ("deployment", "regions", "eu-west-1"), ("stores", "vault")),
    *(("kubernetes", "workloads", "api"), ("kubernetes", "scaling_metrics", "a"), ("terraform", "states", "network")),
    ("sql", "counted_tables", "counted"),
}
# values that point to one of them, or that hold what they must
FIXED: set[Keys] = {
    *(("terraform", "inputs", name, "state") for name in ("vpc", *INPUTS)),
    ("terraform", "backend", "s3", "key"),
    ("sql", "shared_tables", 0),
}
# by which the language refuses what a JSON Schema takes: a name too long for YAML, what names nothing, no secret
LANGUAGE = {
    "T102",
    "T120",
    "T126",
    "T204",
    "T205",
    "T207",
    "T209",
    "T210",
    "T401",
    "T405",
    "T601",
    "T603",
    "T606",
    "T611",
}


class Field(NamedTuple):
    """The files as they are harmless, and the places in them, values apart from names."""

    bodies: Mapping[str, Any]
    values: tuple[Place, ...]
    names: tuple[Place, ...]


@cache
def field() -> Field:
    schemas = {TOP: document_schema("workspace"), SPEC: {**document_schema("spec")}}
    found = {name: texts_of(json_schema(one)) for name, one in library_documents().schema.root.members.items()}
    overrides = {"type": "object", "properties": {name: one for name, one in found.items() if one is not None}}
    schemas[SPEC]["properties"] = {**schemas[SPEC]["properties"], "overrides": overrides}
    bodies = {file: sample(schema, dict(BODIES[file])) for file, schema in schemas.items()}
    everything = [one for file, schema in schemas.items() for one in places(file, schema, bodies[file])]
    names = tuple(one for one in everything if one.names and one.keys not in NAMED)
    return Field(bodies, tuple(one for one in everything if not one.names and one.keys not in FIXED), names)


def texts_of(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """What of the schema of settings takes free texts, the names of entries among them."""
    if "object" in schema["type"]:
        inner = {name: kept for name, one in schema["properties"].items() if (kept := texts_of(one)) is not None}
        rest = schema["additionalProperties"]
        entry = (texts_of(rest) or rest) if rest else False
        return {**schema, "properties": inner, "additionalProperties": entry} if inner or entry else None
    if "array" in schema["type"]:
        return dict(schema) if texts_of(schema["items"]) is not None else None
    free = "string" in schema["type"] and "enum" not in schema and schema.get("pattern") != "^unlimited$"
    return dict(schema) if free else None


def written(place: Place, text: str) -> str:
    """A text as it is written in a place: settings may refer to others, and name their entries in brackets."""
    if place.keys == PATCHED:
        return POINTER[:-1] + text.replace("~", "~0").replace("/", "~1")
    if place.file != SPEC or place.keys[0] != "overrides":
        return place.framed(text)
    if place.names:
        return f"[{json.dumps(text, ensure_ascii=False)}]"
    literal = text.replace("${", "$${")
    return SECRET.replace("okta", literal) if place.schema.get("x-secret") else place.framed(literal)


def takes(place: Place, text: str) -> bool:
    """Whether the JSON Schema takes a text, with what is written around it."""
    return fits(place.schema, written(place, text) if place.keys == PATCHED else place.framed(text))


class Attack(NamedTuple):
    """What became of texts: those that are taken, the artifacts, and the code by which each other one is told."""

    taken: dict[Place, str]
    artifacts: dict[str, bytes]
    told: dict[Place, str]


Lines = Mapping[str, Sequence[tuple[str, Keys]]]


class Bench:
    """Compiles texts put into their places, in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        (self.root / SPEC).parent.mkdir(parents=True)

    def attack(self, texts: Mapping[Place, str], harmless: Mapping[Place, str]) -> Attack:
        """Puts texts until none is refused: where one is, what is harmless there stands in for it."""
        told: dict[Place, str] = {}
        while True:
            now = {**harmless, **{place: text for place, text in texts.items() if place not in told}}
            put_in = {place: written(place, text) for place, text in now.items()}
            lines = {file: [*laid_out(body)] for file, body in put(field().bodies, put_in).items()}
            artifacts, diagnostics = self._build(lines)
            wrong = [one for one in diagnostics if has_errors([one])]
            if not wrong or len(told) == len(texts):
                return Attack({place: text for place, text in texts.items() if place not in told}, artifacts, told)
            blamed = {place: one.code for one in wrong for place in _blamed(one, put_in, lines)}
            blamed = {place: code for place, code in blamed.items() if place in texts and place not in told}
            assert blamed, [short(one) for one in wrong]
            told |= blamed

    def _build(self, lines: Lines) -> tuple[dict[str, bytes], list[Diagnostic]]:
        for file, told in lines.items():
            (self.root / file).write_text("\n".join(line for line, _ in told), encoding="utf-8")
        loaded = load(self.root)
        if loaded.value is None:
            return {}, list(loaded.diagnostics)
        pipeline = Pipeline(without_rules(loaded.value), AS_OF)
        specs, diagnostics, _ = pipeline.workspace.specs(self.root / SPEC)
        emission = Emission(pipeline)
        found = [*pipeline.shared(), *diagnostics]
        artifacts: dict[str, bytes] = {}
        for spec in specs:
            tenant = pipeline.tenant(spec)
            found += tenant.diagnostics
            for one in tenant.environments.values():
                if one.judged is not None:
                    files, said = emission.tenant(one.judged)
                    found += said
                    artifacts |= dict(files)
        artifacts |= {f"{folder}/{name}": data for folder, files in emission.shared() for name, data in files}
        return artifacts, [*found, *emission.diagnostics]


def _blamed(wrong: Diagnostic, texts: Mapping[Place, str], lines: Lines) -> Iterator[Place]:
    """The places that a diagnostic points at, each by its line or as the one item of a list."""
    for blame in wrong.blames:
        _, keys = lines[blame.span.path][blame.span.line - 1]
        stands = {place: standing(place, texts) for place in texts if place.file == blame.span.path}
        exactly = [place for place, here in stands.items() if here == keys]
        yield from exactly or [
            place for place, here in stands.items() if here[:-1] == keys and place.keys[-1] in range(9)
        ]


# --- readers ---

TEMPLATE = re.compile(r"\$\$\{|%%\{|[$%]\{")
CONSTANT = re.compile(r'\$\{("(?:\\.|[^"\\])*")\}')
LITERAL = re.compile(r'("(?:\\.|[^"\\])*")')
SHARED = re.compile(r"-[0-9a-f]{8}\b")
DIGEST = re.compile(r"-[0-9a-f]{8}(?=$|-tls$)")


def read(name: str, data: bytes) -> Any:
    """What readers find in an artifact, texts in texts read on."""
    if name.endswith(".sql"):
        return bare(json.loads(pglast.parser.parse_sql_json(data.decode())))
    if name.endswith(".json"):
        found = json.loads(data)
        return undone(found) if name.endswith(".tf.json") else found
    documents = [*yaml.load_all(data, yaml.CSafeLoader)]
    assert repr(documents) == repr([*YAML(typ="safe", pure=True).load_all(data)])
    for one in documents:
        if one.get("kind") == "ConfigMap" and "data" in one:
            one["data"] = {key: json.loads(text) for key, text in one["data"].items()}
        if one.get("kind") == "ValidatingAdmissionPolicy":
            for part in ("matchConditions", "variables", "validations"):
                for said in one["spec"].get(part) or ():
                    said["expression"] = cel(said["expression"])
    return documents


def cel(expression: str) -> list[str]:
    """An expression in CEL, code and texts in turns, as it reads those of JSON."""
    parts = LITERAL.split(expression)
    return [json.loads(part) if number % 2 else part for number, part in enumerate(parts)]


def bare(tree: Any) -> Any:
    """PostgreSQL's tree of a script without the places of its parts; JSON in it read on."""
    if isinstance(tree, dict):
        return {key: bare(one) for key, one in tree.items() if not key.endswith(("location", "_len"))}
    if isinstance(tree, str) and tree.startswith('{"'):
        return json.loads(tree)
    return [bare(one) for one in tree] if isinstance(tree, list) else tree


def undone(tree: Any) -> Any:
    """A tree of templates as Terraform reads them: text as it is, and NUL before what is code."""
    if isinstance(tree, dict):
        return {undone(name): undone(one) for name, one in tree.items()}
    if isinstance(tree, list):
        return [undone(one) for one in tree]
    if not isinstance(tree, str):
        return tree
    parts = CONSTANT.split(tree)
    texts = [TEMPLATE.sub(lambda one: one[0][1:] if len(one[0]) == 3 else f"\0{one[0]}", part) for part in parts[::2]]
    constants = [json.loads(part) for part in parts[1::2]]
    return "".join(one for pair in zip(texts, [*constants, ""], strict=True) for one in pair)


def arranged(name: str, found: Any) -> Any:
    """What was found in an artifact without the order of objects and the digests in names, which follow texts."""
    if name.endswith("/application.json"):
        # an estate's Application is called as the estate is, with dashes for what names cannot hold
        found = {key: one for key, one in found.items() if key != "name"}
    if name.endswith("main.tf.json"):
        # what an estate has is called by the digest of where it is, in policies, too
        found = json.loads(SHARED.sub("-digest", json.dumps(found)))
    if name.endswith(".yaml"):
        found = sorted(nameless(found), key=lambda one: json.dumps([one.get(key) for key in ("kind", "metadata")]))
    return found


def nameless(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: nameless(one) for name, one in tree.items()}
    if isinstance(tree, list):
        return [nameless(one) for one in tree]
    is_name = isinstance(tree, str) and DIGEST.search(tree) is not None
    # the readable part of a name has dashes for what names cannot hold
    return DIGEST.sub("-digest", tree).replace(".", "-") if is_name else tree


# --- attacks ---


Round = Mapping[Place, str]


class Front(NamedTuple):
    """Places that are attacked at once: the mark that is harmless in each, what readers find of marks, and texts.

    `free` are the texts that JSON Schemas take, `refused` those that they do not, in rounds.
    """

    bench: Bench
    marks: Mapping[Place, str]
    read: Mapping[str, Any]
    free: Sequence[Round]
    refused: Sequence[Round]


@pytest.fixture(scope="module", params=["values", "names"])
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Front:
    found: tuple[Place, ...] = getattr(field(), request.param)
    bench = Bench(tmp_path_factory.mktemp(request.param))
    attack = bench.attack({place: f"mark{number}x" for number, place in enumerate(found)}, {})
    # a place that takes no mark, such as a day, has no free text
    free = [place for place in found if takes(place, "mark1x")]
    return Front(
        bench,
        attack.taken,
        {name: read(name, data) for name, data in attack.artifacts.items()},
        rounds({place: [text for text in TEXTS if takes(place, text)] for place in free}),
        rounds({place: [text for text in TEXTS if not takes(place, text)] for place in found}),
    )


def rounds(texts: Mapping[Place, Sequence[str]]) -> list[Round]:
    """Every text in each of its places once, as many at once as there are places, and each round other ones."""
    longest = max(map(len, texts.values()))
    return [
        {
            place: held[(turn + number) % len(held)]
            for number, (place, held) in enumerate(texts.items())
            if turn < len(held)
        }
        for turn in range(longest)
    ]


def stand_whole(front: Front, texts: Round) -> None:
    attack = front.bench.attack(texts, front.marks)
    assert set(attack.told.values()) <= LANGUAGE, {str(place): code for place, code in attack.told.items()}
    now = {mark: attack.taken.get(place, mark) for place, mark in front.marks.items()}
    expected = {swapped(name, now): swapped(tree, now) for name, tree in front.read.items()}
    assert attack.artifacts.keys() == expected.keys()
    for name, data in attack.artifacts.items():
        assert arranged(name, read(name, data)) == arranged(name, expected[name])


@pytest.mark.parametrize("turn", range(3))
def test_what_is_taken_stands_whole_and_changes_nothing_else(front: Front, turn: int) -> None:
    stand_whole(front, front.free[turn])


@pytest.mark.slow
def test_most_texts_that_are_taken_stand_whole_in_many_places(front: Front) -> None:
    for texts in front.free[3::STRIDE]:
        stand_whole(front, texts)


@pytest.mark.parametrize("turn", range(3))
def test_what_a_schema_refuses_is_told_at_its_line(front: Front, turn: int) -> None:
    texts = front.refused[turn]
    assert front.bench.attack(texts, front.marks).told.keys() == texts.keys()


@pytest.mark.slow
def test_most_texts_that_a_schema_refuses_are_told_in_many_places(front: Front) -> None:
    for texts in front.refused[3::STRIDE]:
        assert front.bench.attack(texts, front.marks).told.keys() == texts.keys()
