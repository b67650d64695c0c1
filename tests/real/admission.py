"""The API server's admission policies without a cluster: which requests they match, and what CEL says of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.real import parts

Document = Mapping[str, Any]


def refusals(documents: Sequence[Document], namespace: Document, request: Document, **objects: Document) -> list[str]:
    """What the policies in force say against a request; `object`, `oldObject` are what it brings and finds."""
    parts.need(parts.CEL)
    bound = {one["spec"]["policyName"] for one in documents if one["kind"] == "ValidatingAdmissionPolicyBinding"}
    found: list[str] = []
    for policy in documents:
        if policy["kind"] == "ValidatingAdmissionPolicy" and policy["metadata"]["name"] in bound:
            found += _said(policy["spec"], namespace, request, objects)
    return found


def _said(spec: Document, namespace: Document, request: Document, objects: Mapping[str, Document]) -> list[str]:
    if not _matches(spec["matchConstraints"], namespace, request):
        return []
    known: dict[str, Any] = {"object": None, "oldObject": None, **objects, "request": request}
    # for what lies in no namespace, it is null
    known["namespaceObject"] = None if request["resource"].startswith("namespaces") else namespace
    conditions = [evaluate(one["expression"], known) for one in spec.get("matchConditions", ())]
    assert None not in conditions, "a condition is decided for everybody's objects, not for tenants' alone"
    if not all(conditions):
        return []
    known["variables"] = {one["name"]: evaluate(one["expression"], known) for one in spec.get("variables", ())}
    return [one["message"] for one in spec["validations"] if evaluate(one["expression"], known) is not True]


def _matches(constraints: Document, namespace: Document, request: Document) -> bool:
    selector = constraints.get("namespaceSelector", {})
    labels = namespace["metadata"].get("labels", {})
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", ()):
        assert expression["operator"] == "Exists"
        if expression["key"] not in labels:
            return False
    return any(
        request["group"] in rule["apiGroups"]
        and request["operation"] in rule["operations"]
        and request["resource"] in rule["resources"]
        for rule in constraints["resourceRules"]
    )


def evaluate(expression: str, known: Mapping[str, Any]) -> Any:
    """The value of an expression; where it has none, `failurePolicy: Fail` refuses, and so it is None."""
    from celpy import Environment
    from celpy.adapter import CELJSONEncoder, json_to_cel
    from celpy.evaluation import CELEvalError

    environment = Environment()
    program = environment.program(environment.compile(expression))
    try:
        value = program.evaluate({name: json_to_cel(one) for name, one in known.items()})
    except CELEvalError:
        return None
    return CELJSONEncoder.to_python(value)
