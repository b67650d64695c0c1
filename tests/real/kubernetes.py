"""Kubernetes without a cluster: the strict schemas of the API's documents, and the kustomize inside kubectl."""

import json
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import yaml

from tests.real import parts


def minors() -> list[str]:
    """The minor versions, of those that documents may be written for, whose schemas are here."""
    parts.need(parts.KUBERNETES)
    found = {re.sub(r"v(1\.\d+)\.0-local-strict", r"\1", path.name) for path in _folder().glob("*-local-strict")}
    return sorted(minor for minor in found if int(minor.partition(".")[2]) >= 30)


def validate(document: dict[str, Any], version: str = "1.30") -> list[str]:
    """Say what the API's strict schema (unknown fields are refused) has against a document."""
    parts.need(parts.KUBERNETES)
    api, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(api, str) or not isinstance(kind, str):
        return ["a document needs apiVersion and kind"]
    validator = _validator(version, api, kind)
    if validator is None:
        return [f"Kubernetes {version} has no {kind} in {api}"]
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(document)]


@cache
def _validator(version: str, api: str, kind: str) -> jsonschema_rs.Draft202012Validator | None:
    # rbac.authorization.k8s.io/v1 is filed as rbac-v1
    group = re.sub(r"^([^./]*)(\.[^/]*)?/", r"\1-", api)
    file = _schemas(version) / f"{kind.lower()}-{group}.json"
    if not file.is_file():
        return None
    return jsonschema_rs.Draft202012Validator(json.loads(file.read_bytes()), registry=_registry(version))


@cache
def _registry(version: str) -> jsonschema_rs.Registry:
    definitions = json.loads((_schemas(version) / "_definitions.json").read_bytes())
    return jsonschema_rs.Registry([(definitions["$id"], definitions)])


def _schemas(version: str) -> Path:
    folder = _folder() / f"v{version}.0-local-strict"
    assert folder.is_dir(), f"kubernetes-validate ships no schemas for {version}"
    return folder


def _folder() -> Path:
    # the package is only a carrier: its own validate() takes 25 ms a document
    package = find_spec("kubernetes_validate")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "kubernetes-json-schema"


# what a schema says that a patch is checked by, and how lists are merged
_KEPT = {"type", "properties", "additionalProperties", "items", "required", "enum", "oneOf", "format", "$ref"}
_KEPT |= {"x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy"}


def published(version: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The schemas of kinds, by their API versions, as `schemas/kubernetes` holds them: no prose, no `status`."""
    parts.need(parts.KUBERNETES)
    definitions = json.loads((_schemas(version) / "_definitions.json").read_bytes())["$defs"]
    named: dict[str, str] = {}
    for name, schema in definitions.items():
        for one in schema.get("x-kubernetes-group-version-kind", ()):
            api = f"{one['group']}/{one['version']}".removeprefix("/")
            if kinds.get(one["kind"]) == api:
                named[one["kind"]] = name
    found: dict[str, Any] = {}
    wanted = sorted({*named.values(), "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"})
    while wanted:
        name = wanted.pop()
        if name not in found:
            schema = definitions[name]
            if name in named.values():
                fields = {key: one for key, one in schema["properties"].items() if key != "status"}
                schema = {**schema, "properties": fields}
            found[name] = _kept(schema)
            wanted += re.findall(r'"#/\$defs/([^"]+)"', json.dumps(found[name]))
    return {"$defs": dict(sorted(found.items())), "kinds": dict(sorted(named.items()))}


def _kept(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    kept = {key: one for key, one in schema.items() if key in _KEPT}
    for key in ("items", "additionalProperties"):
        if key in kept:
            kept[key] = _kept(kept[key])
    if "properties" in kept:
        kept["properties"] = {name: _kept(one) for name, one in kept["properties"].items()}
    if "oneOf" in kept:
        kept["oneOf"] = [_kept(one) for one in kept["oneOf"]]
    return kept


def kustomize(folder: Path) -> list[dict[str, Any]]:
    """Build a folder as `kubectl apply -k` would, and read back the documents."""
    parts.need(parts.KUSTOMIZE)
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise parts.RefusedError(done.stderr.strip())
    return cast("list[dict[str, Any]]", list(yaml.safe_load_all(done.stdout)))
