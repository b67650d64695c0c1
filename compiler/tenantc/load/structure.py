"""Checks a document against the JSON Schema of its kind, and says what is wrong at the line that wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.model.acceptance import Few, accepts
from tenantc.source.node import Node
from tenantc.source.pointer import steps
from tenantc.source.span import Span

if TYPE_CHECKING:
    import jsonschema_rs

KINDS = ("workspace", "spec", "tier", "mixin", "environment", "policy", "waiver", "evidence")


class Structure:
    """The schemas of the document kinds, compiled when first used."""

    def __init__(self, schemas: Mapping[str, dict[str, Any]]) -> None:
        self._schemas = schemas
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self._few = Few()

    def keys(self, kind: str) -> frozenset[str]:
        """The keys that a document of a kind may have at its top."""
        return frozenset(self._schemas[kind]["properties"])

    def problems(self, kind: str, document: Node) -> list[Diagnostic]:
        """Everything in which a document is not what its kind asks for, in reading order; T109 and T120 to T122."""
        plain = document.plain()
        schema = self._schemas[kind]
        validator = self._validators.get(kind)
        if validator is None:
            if accepts(schema, plain) and self._few.go_on():
                return []
            import jsonschema_rs

            validator = self._validators[kind] = jsonschema_rs.validator_for(schema)
        if validator.is_valid(plain):
            return []
        found = [
            problem for error in validator.iter_errors(plain) for problem in _explain(error, document, kind, schema)
        ]
        return sorted(set(found), key=lambda diagnostic: diagnostic.sort_key)


def _explain(
    error: jsonschema_rs.ValidationError, document: Node, kind: str, schema: dict[str, Any]
) -> Iterator[Diagnostic]:
    node, name = _find(document, error.instance_path)
    where = f"`{name}`" if name else f"a {kind} document"
    rule = error.kind
    if rule.name == "additionalProperties":
        known = _properties(schema, error.schema_path)
        for key in getattr(rule, "unexpected"):  # noqa: B009 — the stubs of the validator don't name what its rules hold
            yield diagnose("T120", node.key_span(key), key=key, where=where, help=did_you_mean(key, known))
    elif rule.name == "required":
        key = str(getattr(rule, "property"))  # noqa: B009
        yield diagnose("T121", node.span if name else _head(node), key=key, where=where)
    elif rule.name == "propertyNames":
        wrong = str(getattr(rule, "error").instance)  # noqa: B009
        assert node.keys is not None, "only mappings have names"
        problem = f"has a name that {_sentence(getattr(rule, 'error').kind, node.keys[wrong])}"  # noqa: B009
        yield diagnose("T122", node.key_span(wrong), key=name or kind, problem=problem)
    elif node.value is None:
        yield diagnose("T109", node.span, path=name or kind, help="leave the line out, or give it a value")
    else:
        help = _purpose(schema, error.schema_path) if rule.name == "pattern" else ""
        yield diagnose("T122", node.span, key=name or kind, problem=_sentence(rule, node), help=help)


def _head(node: Node) -> Span:
    """The first line of a document: where something is missing, the whole of it is no place to point to."""
    return Span(node.text, node.line, node.column, node.line, len(node.text.line(node.line)) + 1)


def _properties(schema: Any, path: list[str | int]) -> list[str]:
    """The names that the schema of a mapping knows; `path` leads to its `additionalProperties`."""
    for step in path[:-1]:
        schema = schema[step]
    return list(schema.get("properties", ()))


def _purpose(schema: Any, path: list[str | int]) -> str:
    """What the schema says that a value is for: what a pattern asks is seldom seen from the pattern."""
    for step in path[:-1]:
        schema = schema[step]
    text = str(schema.get("description", ""))
    return text[:1].lower() + text[1:].removesuffix(".")


def _find(document: Node, path: list[str | int]) -> tuple[Node, str]:
    """The node at an instance path and how a user would name it."""
    node, name = document, ""
    for step in steps(document.plain(), path):
        if isinstance(node.value, dict) and isinstance(step, str):
            node = node.value[step]
            name = f"{name}.{step}" if name else step
        elif isinstance(node.value, list) and isinstance(step, int):
            node = node.value[step]
            name = f"{name}[{step}]"
    return node, name


def _sentence(rule: Any, node: Node) -> str:
    """What is wrong with a value, as the end of a sentence that begins with its key."""
    shown = node.value if isinstance(node.value, (str, int, float)) else node.kind()
    match rule.name:
        case "type":
            expected = " or ".join(sorted(str(item) for item in _listed(rule)))
            return f"is {node.kind()}, and takes {_article(expected)}"
        case "enum":
            return f"is `{shown}`, and takes one of {', '.join(f'`{option}`' for option in rule.options)}"
        case "const":
            return f"is `{shown}`, and takes only `{rule.expected_value}`"
        case "pattern":
            return f"is `{shown}`, which does not match `{rule.pattern}`"
        case "minLength" | "minItems" | "minProperties":
            return "is empty" if rule.limit == 1 else f"has fewer than {rule.limit}"
        case "maxLength" | "maxItems" | "maxProperties":
            return f"is longer than {rule.limit}"
        case "minimum":
            return f"is {shown}, and is at least {rule.limit}"
        case "maximum":
            return f"is {shown}, and is at most {rule.limit}"
        case "uniqueItems":
            return "says the same twice"
        case "exclusiveMinimum":
            return f"is {shown}, and is above {rule.limit}"
        case "required":
            return f"lacks `{rule.property}`"
        case "anyOf" | "oneOf":
            ways = [_sentence(error.kind, node) for branch in rule.context for error in branch[:1]]
            return "; or ".join(dict.fromkeys(ways)) or "says several things, of which one excludes the others"
        case _:
            return f"does not fit ({rule.name})"


def _listed(rule: Any) -> list[object]:
    types = rule.types
    return list(types) if isinstance(types, (list, tuple, set, frozenset)) else [types]


def _article(expected: str) -> str:
    words = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number"}
    words |= {"number": "a number", "boolean": "true or false", "null": "nothing"}
    return " or ".join(words.get(word, word) for word in expected.split(" or "))
