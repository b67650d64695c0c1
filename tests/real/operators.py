"""Kinds of operators without a cluster: the schemas of their custom resources, as models of them in Python say."""

from functools import cache
from importlib import import_module
from typing import Any

import jsonschema_rs

from tests.real import parts

# Packages that are generated from the definitions that the operators' projects publish.
MODELS = {
    "Certificate": "cloudcoil.models.cert_manager.v1",
    "PeerAuthentication": "cloudcoil.models.istio.security.v1",
    "PrometheusRule": "cloudcoil.models.prometheus_operator.v1",
    "ScaledObject": "cloudcoil.models.keda.v1alpha1",
    "Schedule": "cloudcoil.models.velero.v1",
    "ServiceMonitor": "cloudcoil.models.prometheus_operator.v1",
}


def validate(document: dict[str, Any]) -> list[str]:
    """Say what the schema of an operator's kind, with unknown fields refused, has against a document."""
    parts.need(parts.OPERATORS)
    if document["kind"] == "ScaledObject":
        # these models are KEDA 2.16's, which is older than the tolerance that Kubernetes 1.33 brought
        behavior = document["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        for direction in behavior.values():
            direction.pop("tolerance", None)
    found = _validator(document["kind"]).iter_errors(document)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in found]


def flux(document: dict[str, Any]) -> list[str]:
    """The same for a Kustomization of Flux, which kustomize calls a file of its own."""
    parts.need(parts.OPERATORS)
    found = _validator("Kustomization", "cloudcoil.models.fluxcd.kustomize.v1").iter_errors(document)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in found]


@cache
def _validator(kind: str, module: str = "") -> jsonschema_rs.Draft202012Validator:
    model = getattr(import_module(module or MODELS[kind]), kind)
    return jsonschema_rs.Draft202012Validator(_closed(model.model_json_schema(by_alias=True)))


def _closed(schema: Any) -> Any:
    """The schema with mappings that take the fields it names and no others, and with no null for what is left out."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema if one != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(one) for key, one in schema.items()}
    is_mapping = schema.get("type") == "object" and "properties" in schema
    return closed | ({"additionalProperties": False} if is_mapping else {})
