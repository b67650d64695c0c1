"""Who reaches what the tenant runs on, by address and port."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document, slug, text
from tenantc.emit.terraform.inputs import INPUTS
from tenantc.emit.terraform.networks import Families, families
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.waf import ALLOWED
from tenantc.source.path import Path
from tenantc.source.value import Value

VPC: Final[Path] = f"{INPUTS}.vpc"
_PORTS: Final[Path] = "infrastructure.network.allowed_ports"
_ADMIN: Final[Path] = "infrastructure.network.admin_protocol"
_ADMINS: Final[Path] = "security.access_control.admin_allowed_cidrs"
# https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xhtml
_PORT_OF: Final = {"http": 80, "https": 443, "ssh": 22, "telnet": 23}
_ANYWHERE: Final[Families] = {4: ["0.0.0.0/0"], 6: ["::/0"]}


@document("terraform", kind="aws_security_group", needs=VPC, looks=(VPC, _PORTS, ALLOWED, *LOOKS), places=PLACES)
def security_group(
    names: Names,
    _vpc: Value,
    ports: tuple[int, ...] | None,
    allowed: tuple[str, ...] | None,
    *tagged: Any,
) -> Result:
    """The group of what users reach, on these ports and from where users may come; its members reach each other.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
    """
    networks = families(ALLOWED, allowed)
    if isinstance(networks, Unsupported):
        return networks
    found = tags(names, "network", *tagged)
    return _group(names, "", "What users reach of tenant ", sorted(ports or ()), networks or _ANYWHERE, found)


@document(
    "terraform", kind="aws_security_group", needs=VPC, looks=(VPC, _ADMIN, _ADMINS, ALLOWED, *LOOKS), places=PLACES
)
def admin_security_group(
    names: Names,
    _vpc: Value,
    protocol: str | None,
    admins: tuple[str, ...] | None,
    allowed: tuple[str, ...] | None,
    *tagged: Any,
) -> Result:
    """The group of what administrators reach, from where they may come, or else from where users may."""
    networks = families(_ADMINS, admins) or families(ALLOWED, allowed)
    if isinstance(networks, Unsupported):
        return networks
    found = tags(names, "network", *tagged)
    ports = [_PORT_OF[protocol]] if protocol is not None else []
    return _group(names, "admin", "What administrators reach of tenant ", ports, networks or _ANYWHERE, found)


def _group(names: Names, suffix: str, says: str, ports: Iterable[int], networks: Families, tags: Tree) -> Tree:
    label = suffix or "tenant"
    group = Ref("aws_security_group", label, "id")
    inside: Tree = {
        "security_group_id": group,
        "referenced_security_group_id": group,
        "ip_protocol": "-1",
        "tags": tags,
    }
    # each rule is a resource of its own, by what it lets in: others stay as they are when one goes
    rules: dict[str, Tree] = {
        f"{label}-{port}-{slug(network)}": {
            "security_group_id": group,
            "ip_protocol": "tcp",
            "from_port": port,
            "to_port": port,
            f"cidr_ipv{version}": network,
            "tags": tags,
        }
        for port in ports
        for version, found in networks.items()
        for network in found
    }
    made: Tree = {
        "name": names.sub("aws_name", suffix),
        "description": text(says, names.tenant_id),
        "vpc_id": Ref("local", "vpc"),
        "tags": tags,
    }
    return {
        "resource": {
            "aws_security_group": {label: made},
            "aws_vpc_security_group_ingress_rule": {f"{label}-inside": inside, **rules},
            "aws_vpc_security_group_egress_rule": {f"{label}-inside": inside},
        },
        "output": {
            f"{suffix}_security_group".lstrip("_"): {
                "description": text("Id of the group: ", says, names.tenant_id),
                "value": group,
            }
        },
    }
