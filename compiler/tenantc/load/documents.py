"""Reads the documents of a workspace: tiers, mixins, environments, frameworks and tenants."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.load.blocks import Keys, flatten
from tenantc.load.bounds import read_bounds, read_paths
from tenantc.load.policies import read_policy
from tenantc.load.structure import Structure
from tenantc.model.layer import Definition, Layer, LayerId, LayerKind, Named
from tenantc.model.schema import Schema
from tenantc.model.spec import Environment, Framework, Mixin, Place, Spec, TenantEnvironment, Tier
from tenantc.source.memo import Memo
from tenantc.source.node import Node

# Words that some YAML reader takes for something else than text (YAML 1.1 and 1.2 core): no tenant is called so.
YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

# Folders that a build has at its top, where those of environments stand too (language.md §7).
RESERVED_ENVIRONMENTS = frozenset({"tenants", "estates", "terraform", "fleet", "orphans", "audit"})


class Reader:
    """Reads documents against the schema of settings and the schemas of the document kinds.

    Each method gives the document as far as it could be read, None if its structure is wrong, and what was wrong.
    """

    def __init__(self, schema: Schema, structure: Structure) -> None:
        self.schema = schema
        self.structure = structure
        self._keys: Keys = Memo(4096)

    def tier(self, document: Node, own: bool) -> Outcome[Tier | None]:
        problems = self.structure.problems("tier", document)
        if problems:
            return Outcome(None, tuple(problems))
        body = _body(document)
        name = _text(body["tier"])
        layer = self.layer(body, LayerId(LayerKind.TIER, name, library=not own))
        tier = Tier(
            name,
            layer.value,
            _named(body.get("extends")),
            _text(body["grade"]) if "grade" in body else None,
            _names(body.get("mixins")),
            body["tier"].span,
            own,
        )
        return Outcome(tier, layer.diagnostics)

    def mixin(self, document: Node, own: bool) -> Outcome[Mixin | None]:
        problems = self.structure.problems("mixin", document)
        if problems:
            return Outcome(None, tuple(problems))
        body = _body(document)
        name = _text(body["mixin"])
        layer = self.layer(body, LayerId(LayerKind.MIXIN, name, library=not own))
        return Outcome(
            Mixin(name, layer.value, _names(body.get("extends")), body["mixin"].span, own), layer.diagnostics
        )

    def environment(self, document: Node) -> Outcome[Environment | None]:
        problems = self.structure.problems("environment", document)
        if problems:
            return Outcome(None, tuple(problems))
        body = _body(document)
        name = _text(body["environment"])
        if name in RESERVED_ENVIRONMENTS:
            help = "give it another name, such as `production`"
            reason = f"`{name}` is a folder of every build"
            return Outcome(None, (diagnose("T213", body["environment"].span, name=name, reason=reason, help=help),))
        layer = self.layer(body, LayerId(LayerKind.ENVIRONMENT, name))
        place, places = read_deployment(body.get("deployment"))
        environment = Environment(name, layer.value, place, places, body["environment"].span, body.get("inputs"))
        return Outcome(environment, layer.diagnostics)

    def layer(self, body: Mapping[str, Node], id: LayerId) -> Outcome[Layer]:
        """What tiers, mixins and environments have in common."""
        diagnostics: list[Diagnostic] = []
        definitions: tuple[Definition, ...] = ()
        if "settings" in body:
            settings = flatten(body["settings"], self.schema, id)
            definitions = settings.value
            diagnostics += settings.diagnostics
        ceilings = read_bounds(body.get("ceilings"), self.schema, id)
        caps = read_bounds(body.get("caps"), self.schema, id)
        locks = read_paths(body.get("locks"), self.schema)
        grants = read_paths(body.get("grants"), self.schema)
        for part in (ceilings, caps, locks, grants):
            diagnostics += part.diagnostics
        layer = Layer(
            id,
            definitions,
            ceilings.value,
            locks.value,
            grants.value,
            caps.value,
            _names(body.get("frameworks")),
            path=next(iter(body.values())).text.path,
        )
        return Outcome(layer, tuple(diagnostics))

    def framework(self, document: Node) -> Outcome[Framework | None]:
        problems = self.structure.problems("policy", document)
        if problems:
            return Outcome(None, tuple(problems))
        body = _body(document)
        name = _text(body["policy"])
        title, version = _part(body, "title") or name, _part(body, "version")
        framework = Framework(
            name, title, _names(body.get("accepts")), body["policy"].span, version, *read_policy(body)
        )
        return Outcome(framework)

    def spec(self, document: Node) -> Outcome[Spec | None]:
        problems = self.structure.problems("spec", document)
        if problems:
            return Outcome(None, tuple(problems))
        body = _body(document)
        tenant_id = _text(body["tenant_id"])
        if tenant_id in YAML_WORDS:
            return Outcome(None, (diagnose("T210", body["tenant_id"].span, name=tenant_id),))
        id = LayerId(LayerKind.TENANT, tenant_id)
        diagnostics: list[Diagnostic] = []
        layer = self.overrides(body, id, diagnostics)
        environments = self.tenant_environments(body.get("environments"), tenant_id, diagnostics)
        keep = read_paths(body.get("keep"), self.schema)
        spec = Spec(
            tenant_id=tenant_id,
            tenant_name=_text(body["tenant_name"]),
            tier=Named(_text(body["tier"]), body["tier"].span),
            owner_email=_text(body["owner_email"]),
            layer=layer,
            span=body["tenant_id"].span,
            industry=_text(body["industry"]) if "industry" in body else "",
            region=_named(body.get("region")),
            ring=_text(body["ring"]) if "ring" in body else "general",
            status=_text(body["status"]) if "status" in body else "active",
            mixins=_names(body.get("mixins")),
            environments=environments,
            names=_name_map(body.get("names")),
            keep=keep.value,
            texts=tuple(
                (key, _text(body[key]), body[key].span)
                for key in ("tenant_name", "owner_email", "industry")
                if key in body
            ),
        )
        return Outcome(spec, (*diagnostics, *keep.diagnostics))

    def overrides(self, body: Mapping[str, Node], id: LayerId, diagnostics: list[Diagnostic]) -> Layer:
        definitions: tuple[Definition, ...] = ()
        if "overrides" in body:
            read = flatten(body["overrides"], self.schema, id, dated=True, keys=self._keys)
            definitions = read.value
            diagnostics += read.diagnostics
        return Layer(id, definitions, frameworks=_names(body.get("compliance_requirements")))

    def tenant_environments(
        self, node: Node | None, tenant_id: str, diagnostics: list[Diagnostic]
    ) -> Mapping[str, TenantEnvironment] | None:
        if node is None:
            return None
        found: dict[str, TenantEnvironment] = {}
        for name, inner in _body(node).items():
            body = _body(inner)
            layer = self.overrides(body, LayerId(LayerKind.TENANT, tenant_id, name), diagnostics)
            found[name] = TenantEnvironment(layer, _name_map(body.get("names")), node.key_span(name))
        return found


def read_deployment(node: Node | None) -> tuple[Place, Mapping[str, Place] | None]:
    """Where an environment deploys: for any region, and for each region that it maps."""
    if node is None:
        return Place(), None
    body = _body(node)
    place = Place(_part(body, "account"), _part(body, "region"), _part(body, "cluster"))
    if "regions" not in body:
        return place, None
    places: dict[str, Place] = {}
    for region, target in _body(body["regions"]).items():
        if isinstance(target.value, str):
            places[region] = Place(place.account, target.value, place.cluster)
        else:
            inner = _body(target)
            places[region] = Place(
                _part(inner, "account") or place.account,
                _part(inner, "region") or region,
                _part(inner, "cluster") or place.cluster,
            )
    return place, places


def _body(node: Node) -> dict[str, Node]:
    assert isinstance(node.value, dict), "the structure was checked"
    return node.value


def _text(node: Node) -> str:
    assert isinstance(node.value, str), "the structure was checked"
    return node.value


def _part(body: Mapping[str, Node], key: str) -> str:
    return _text(body[key]) if key in body else ""


def _named(node: Node | None) -> Named | None:
    return Named(_text(node), node.span) if node is not None else None


def _names(node: Node | None) -> tuple[Named, ...]:
    if node is None:
        return ()
    if isinstance(node.value, str):
        return (Named(node.value, node.span),)
    assert isinstance(node.value, list), "the structure was checked"
    return tuple(Named(_text(item), item.span) for item in node.value)


def _name_map(node: Node | None) -> dict[str, Named]:
    if node is None:
        return {}
    return {kind: Named(_text(name), name.span) for kind, name in _body(node).items()}
