"""Writes a tenant back as a template: every setting that it has, and what an import kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tenantc.driver.pipeline import Compiled
from tenantc.driver.tenant_template.document import Names, TenantTemplate, made_template
from tenantc.driver.tenant_template.drafting import KEPT
from tenantc.load.jinja import as_text
from tenantc.load.text import parse_text
from tenantc.model.identity import Identity, IdentityText
from tenantc.model.schema import Schema
from tenantc.model.spec import Spec
from tenantc.source.path import BadPathError, split
from tenantc.source.value import UNLIMITED, Record, Value

# the sections that templates hold under `configuration`
CONFIGURED: Final = ("limits", "features", "security", "ai_configuration", "integrations", "compliance")
_VARIABLES: Final = {Identity.ID: "tenant_id", Identity.NAME: "tenant_name", Identity.OWNER_EMAIL: "owner_email"}
_VERSION: Final = {"template_version": "1.0.0", "schema_version": "2024.2", "generator": "tenantc"}


def export_template(compiled: Compiled, schema: Schema) -> TenantTemplate:
    """The template of a tenant as it is in one environment, before what the environment caps."""
    spec = compiled.linked.spec
    about = {"template_type": f"tenant_init_{spec.tier.name}", **_VERSION}
    document: dict[str, Any] = {"_metadata": about, **_identity(spec)}
    document["configuration"] = {}
    for section in compiled.resolved.settings.sections.values():
        for path in section.values:
            leaf = schema.leaf(path)
            value = compiled.resolved.settings.before_caps(path)
            if leaf is not None and not leaf.computed and value is not None:
                _put(document, _place(split(path)), _plain(value))
    left = {path: value for path, value in kept(spec).items() if not _put_back(document, path, value)}
    return made_template(f"{spec.tenant_id}.json", document | ({KEPT: left} if left else {}))


def kept(spec: Spec) -> dict[str, Any]:
    """What an import kept in a tenant's file, by its path in the template."""
    text = spec.span.text
    for document in parse_text(text.path, text.body.encode()).value:
        body = document.value
        if isinstance(body, dict) and "tenant_id" in body and body["tenant_id"].value == spec.tenant_id:
            found = body[KEPT].plain() if KEPT in body else {}
            assert isinstance(found, dict), "the structure was checked"
            return {path: _escaped(value) for path, value in found.items()}
    return {}


def written(template: TenantTemplate) -> str:
    """A template as the text of its file."""
    return json.dumps(template.plain(), indent=2, ensure_ascii=False) + "\n"


def _identity(spec: Spec) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tenant_id": spec.tenant_id,
        "tenant_name": as_text(spec.tenant_name),
        "tier": spec.tier.name,
        "owner_email": spec.owner_email,
        "status": spec.status,
    }
    found |= {"ring": spec.ring} if spec.ring != "general" else {}
    found |= {"industry": as_text(spec.industry)} if spec.industry else {}
    found |= {"region": spec.region.name} if spec.region is not None else {}
    required = [as_text(one.name) for one in spec.layer.frameworks]
    lists = {"compliance_requirements": required, "mixins": [one.name for one in spec.mixins]}
    found |= {name: names for name, names in lists.items() if names}
    names = {kind: as_text(one.name) for kind, one in spec.names.items()}
    return found | ({"names": names} if names else {})


def _place(names: Names) -> Names:
    return ("configuration", *names) if names[0] in CONFIGURED else names


def _put(document: dict[str, Any], names: Names, value: Any) -> None:
    for name in names[:-1]:
        document = document.setdefault(name, {})
    document[names[-1]] = value


def _put_back(document: dict[str, Any], path: str, value: Any) -> bool:
    """Puts what an import kept back where it stood, if nothing stands there now."""
    try:
        names = split(path)
    except BadPathError:
        return False
    here: Any = document
    for name in names[:-1]:
        here = here.setdefault(name, {}) if isinstance(here, dict) else None
    if not isinstance(here, dict) or (names[-1] in here and names[0] != "_metadata"):
        return False
    here[names[-1]] = value
    return True


def _plain(value: Value) -> Any:
    """A value as templates write it: unlimited is -1, and identity is a variable."""
    if value is UNLIMITED:
        return -1
    if isinstance(value, IdentityText):
        return "".join(
            f"{{{{ {_VARIABLES[part]} }}}}" if isinstance(part, Identity) else as_text(part) for part in value.parts
        )
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Record):
        return {name: _plain(item) for name, item in value.items()}
    return as_text(value) if isinstance(value, str) else value


def _escaped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _escaped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return as_text(value) if isinstance(value, str) else value
