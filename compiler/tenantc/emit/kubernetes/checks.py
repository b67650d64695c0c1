"""What must be so in tenants' namespaces, in CEL, by the platform's word: `kubernetes.admission` in tenantc.yaml.

What is new must be so. What was there before a policy came may stay and go, or nobody could take a finalizer off it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tenantc.emit.characters import json_string
from tenantc.emit.kubernetes.metadata import ENVIRONMENT, PART_OF, TENANT
from tenantc.emit.kubernetes.namespace import INJECTION, POD_SECURITY
from tenantc.source.frozen import Frozen
from tenantc.source.value import Record

# keys of what a namespace enforces, and of what else is said of it
_OWNED: Final = (f"{POD_SECURITY}/", "tenantc/", INJECTION)
_NEW: Final = "object.metadata.labels"
_OLD: Final = "oldObject.metadata.labels"
# what says how much a tenant may use, what it can reach and who may come in
_BOUNDARIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("", ("limitranges", "resourcequotas")),
    ("networking.k8s.io", ("networkpolicies",)),
    ("rbac.authorization.k8s.io", ("rolebindings", "roles")),
    # a cluster without a mesh has no such thing
    ("security.istio.io", ("peerauthentications",)),
)


class Check(Frozen):
    """What must be so, and what is said where it is not."""

    expression: str
    message: str


class Policy(Frozen):
    """Checks of what is done to resources, by API group. Without `conditions` they lie in tenants' namespaces."""

    name: str
    operations: tuple[str, ...]
    resources: tuple[tuple[str, tuple[str, ...]], ...]
    checks: tuple[Check, ...]
    variables: Mapping[str, str]
    conditions: Mapping[str, str]


def policies(platform: str, environment: str, admission: Record) -> list[Policy]:
    """The policies that the platform asks for."""
    deployer, registries = _deployer(admission), _texts(admission, "image_registries")
    found = [_namespaces(platform, environment, deployer), _services(_texts(admission, "service_types"))]
    if not admission.get("api_tokens"):
        found.append(_tokens())
    if registries:
        found.append(_images(registries))
    if deployer:
        found.append(_boundaries(deployer))
    return found


def _namespaces(platform: str, environment: str, deployer: str) -> Policy:
    """Labels by which policies find a namespace stay; what else it says of Pod Security and us, deployers change.

    A selector sees the new labels, and so would let go of a namespace that loses one; a condition sees the old ones.
    Whoever writes a namespace's status or finalizers could write labels, too.
    """
    stated = {PART_OF: platform, ENVIRONMENT: environment}
    found = [f"{json_string(key)} in {_OLD}" for key in (TENANT, *stated)]
    found += [f"{_OLD}[{json_string(key)}] == {json_string(value)}" for key, value in stated.items()]
    kept = f"key in {_NEW} && {_NEW}[key] == {_OLD}[key]"
    checks = [
        Check(
            f"has({_NEW}) && {_list((TENANT, *stated))}.all(key, {kept})",
            "a namespace stays its tenant's: the labels by which policies find it never change",
        )
    ]
    if deployer:
        other = f"!{_list(_OWNED)}.exists(prefix, key.startsWith(prefix))"
        checks.append(
            Check(
                f"variables.deployer || has({_NEW}) && {_OLD}.all(key, {other} || {kept})"
                f" && {_NEW}.all(key, {other} || key in {_OLD})",
                "only the platform's deployers change what a tenant's namespace enforces",
            )
        )
    resources = ("namespaces", "namespaces/finalize", "namespaces/status")
    variables = {"deployer": deployer} if deployer else {}
    conditions = {"tenant": " && ".join([f"has({_OLD})", *found])}
    return Policy("namespaces", ("UPDATE",), (("", resources),), tuple(checks), variables, conditions)


def _services(types: tuple[str, ...]) -> Policy:
    """Nothing opens a door beside those that settings name, and no Service takes what others should get.

    One with external addresses does (https://github.com/kubernetes/kubernetes/issues/97076), and one of type
    ExternalName sends whoever serves many tenants, such as an ingress controller, from this one to another.
    """
    types = types or ("ClusterIP",)
    leaving = "has(object.metadata.deletionTimestamp)"
    checks = (
        Check(
            f"{leaving} || !has(object.spec.type) || object.spec.type in {_list(types)}",
            f"a tenant's Service is of type {' or '.join(types)}",
        ),
        Check(
            f"{leaving} || !has(object.spec.externalIPs) || size(object.spec.externalIPs) == 0",
            "a tenant's Service has no external addresses",
        ),
    )
    return Policy("services", ("CREATE", "UPDATE"), (("", ("services",)),), checks, {}, {})


def _tokens() -> Policy:
    """No pod carries a token for the API server, whatever its account says.

    When policies are asked, the API server has already put its token into the pod. One for somebody else says for whom;
    no policy knows all names of the API server, so one that is asked for by its name is not told apart.
    https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
    """
    own = "has(source.serviceAccountToken) && !has(source.serviceAccountToken.audience)"
    check = Check(
        "!has(object.spec.volumes) || object.spec.volumes.all(volume, !has(volume.projected)"
        f" || !has(volume.projected.sources) || !volume.projected.sources.exists(source, {own}))",
        "a tenant's pod carries no token for the API server: say `automountServiceAccountToken: false`, or"
        " `serviceAccountName: tenant`",
    )
    return Policy("tokens", ("CREATE",), (("", ("pods",)),), (check,), {}, {})


def _images(registries: tuple[str, ...]) -> Policy:
    """New images, those of volumes too, come from the platform's registries."""
    prefixes = _list([f"{registry}/" for registry in registries])
    check = Check(
        "variables.images.all(image, image in variables.before"
        f" || {prefixes}.exists(prefix, image.startsWith(prefix)))",
        f"a tenant's images come from {' or '.join(registries)}",
    )
    variables = {
        "images": _images_of("object"),
        "before": f'request.operation == "CREATE" ? [] : {_images_of("oldObject")}',
    }
    resources = ("pods", "pods/ephemeralcontainers")
    return Policy("images", ("CREATE", "UPDATE"), (("", resources),), (check,), variables, {})


def _images_of(pod: str) -> str:
    held = [
        f"(has({pod}.spec.{kind}) ? {pod}.spec.{kind}.map(container, container.image) : [])"
        for kind in ("containers", "initContainers", "ephemeralContainers")
    ]
    volumes = f"{pod}.spec.volumes"
    mounted = f"{volumes}.filter(volume, has(volume.image)).map(volume, volume.image.reference)"
    return " + ".join([*held, f"(has({volumes}) ? {mounted} : [])"])


def _boundaries(deployer: str) -> Policy:
    """Policies and roles add up, so one more opens what the others shut: only deployers write any.

    What is deleted with its namespace, or waits for its finalizers, is in the hands of Kubernetes' own controllers.
    """
    check = Check(
        'variables.deployer || request.operation != "CREATE" && has(oldObject.metadata.deletionTimestamp)'
        ' || request.operation == "DELETE" && has(namespaceObject.metadata.deletionTimestamp)',
        "only the platform's deployers change what a tenant may use, what it reaches and who may come in",
    )
    operations = ("CREATE", "UPDATE", "DELETE")
    return Policy("boundaries", operations, _BOUNDARIES, (check,), {"deployer": deployer}, {})


def _deployer(admission: Record) -> str:
    """Whether a deployer asks; nothing where none are stated."""
    stated = admission.get("deployers")
    if not isinstance(stated, Record):
        return ""
    users, groups = _texts(stated, "users"), _texts(stated, "groups")
    asked = [f"request.userInfo.username in {_list(users)}"] if users else []
    if groups:
        held = "request.userInfo.groups"
        asked.append(f"has({held}) && {held}.exists(group, group in {_list(groups)})")
    return " || ".join(asked)


def _texts(record: Record, name: str) -> tuple[str, ...]:
    held = record.get(name)
    return tuple([str(item) for item in held]) if isinstance(held, tuple) else ()


def _list(texts: Iterable[str]) -> str:
    """A list in CEL, which takes JSON's strings as its own, beyond U+FFFF excepted.

    https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values
    """
    return f"[{', '.join(json_string(text) for text in texts)}]"
