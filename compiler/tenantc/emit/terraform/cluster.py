"""A Kubernetes cluster of the tenant's own in EKS, where it is kept apart by clusters."""

from __future__ import annotations

from binascii import b2a_base64
from math import ceil
from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.aurora import PORT as DATABASE_PORT
from tenantc.emit.terraform.aurora import SUBNETS
from tenantc.emit.terraform.cache import ENABLED
from tenantc.emit.terraform.database import ISOLATION
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.standing import option, standing
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, tags
from tenantc.emit.terraform.valkey import PORT as CACHE_PORT
from tenantc.emit.terraform.workload_role import ROLE_ARN
from tenantc.source.path import Path

_ADMINS: Final = "cluster_admin_role"
_CIDRS: Final[Path] = "security.access_control.admin_allowed_cidrs"
_USERS: Final[Path] = "security.access_control.ip_allowlist"
_CPU: Final[Path] = "infrastructure.compute.quota_cpu_millicores"
_MEMORY: Final[Path] = "infrastructure.compute.quota_memory_mib"
_CLOCKS: Final[Path] = "monitoring.logging.time_sync.source"
_NAME: Final = Ref("aws_eks_cluster", "tenant", "name")
# https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
# House: 8 CPUs and 32 GiB, of which Kubernetes keeps some to itself
# https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
_NODE, _NODE_MILLICORES, _NODE_MIB = "m7g.2xlarge", 7900, 29000
# House: one node in each of two zones, so that losing one leaves one
_LEAST_NODES: Final = 2
_TEMPLATE: Final = "aws_launch_template"


@document(
    "terraform",
    kind="aws_eks_cluster",
    needs=option(SUBNETS),
    looks=(
        option(SUBNETS),
        ISOLATION,
        "workspace.kubernetes.version",
        "security.encryption_config.at_rest",
        _CIDRS,
        _USERS,
        _CPU,
        _MEMORY,
        _CLOCKS,
        *LOOKS,
    ),
    places=DATA_PLACES,
)
def tenant_cluster(
    names: Names,
    _subnets: Any,
    isolation: str | None,
    version: str,
    at_rest: bool | None,
    admins: tuple[str, ...] | None,
    users: tuple[str, ...] | None,
    millicores: int | None,
    mebibytes: int | None,
    clocks: str | None,
    *tagged: Any,
) -> Result:
    """Its endpoint answers the networks of administrators and, where none are named, those of users, which may be any.

    https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
    """
    if isolation != "cluster":
        return None
    said, cidrs = (_CIDRS, admins) if admins else (_USERS, users)
    if any(":" in cidr for cidr in cidrs or ()):
        return Unsupported(said, (f"name networks of IPv4 in `{_CIDRS}`: such a cluster's endpoint has no IPv6",))
    labelled = tags(names, "cluster", *tagged)
    secrets: Tree = {"resources": ["secrets"], "provider": {"key_arn": KEY_ARN}}
    here: Tree = {
        "name": names.of("aws_resource"),
        "version": version,
        "role_arn": Ref("aws_iam_role", "cluster", "arn"),
        "vpc_config": {
            "subnet_ids": standing(SUBNETS),
            "endpoint_private_access": True,
            "endpoint_public_access": True,
            "public_access_cidrs": [*(cidrs or ("0.0.0.0/0",))],
        },
        "access_config": {"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
        "encryption_config": None if at_rest is False else secrets,
        "enabled_cluster_log_types": [*_LOGS],
        "tags": labelled,
        "lifecycle": {"prevent_destroy": True},
        "depends_on": ["aws_iam_role_policy_attachment.cluster_control"],
    }
    most = max(_LEAST_NODES, ceil((millicores or 0) / _NODE_MILLICORES), ceil((mebibytes or 0) / _NODE_MIB))
    return [
        *_roles(names, labelled),
        {"resource": {"aws_eks_cluster": {"tenant": here}, "aws_eks_node_group": {"tenant": _nodes(most, labelled)}}},
        {"resource": {_TEMPLATE: {"node": _node(names, clocks, labelled)}}},
        {"output": {"cluster_name": {"description": "Name of the tenant's cluster.", "value": _NAME}}},
    ]


def _nodes(most: int, labelled: dict[str, Tree]) -> Tree:
    """As many as the tenant's quota can fill; how many there are today is the business of an autoscaler."""
    return {
        "cluster_name": _NAME,
        "node_group_name": "tenant",
        "node_role_arn": Ref("aws_iam_role", "node", "arn"),
        "subnet_ids": standing(SUBNETS),
        "ami_type": "BOTTLEROCKET_ARM_64",
        "instance_types": [_NODE],
        "launch_template": {"id": Ref(_TEMPLATE, "node", "id"), "version": Ref(_TEMPLATE, "node", "latest_version")},
        "scaling_config": {"min_size": _LEAST_NODES, "desired_size": _LEAST_NODES, "max_size": most},
        "tags": labelled,
        "lifecycle": {"ignore_changes": ["scaling_config[0].desired_size"]},
        "depends_on": [f"aws_iam_role_policy_attachment.node_{part}" for part in ("network", "registry", "worker")],
    }


def _node(names: Names, clocks: str | None, labelled: dict[str, Tree]) -> Tree:
    """What a node starts with, which EKS adds to its own: the clock that it goes by.

    It is there without one, too, since nodes that get a template later are replaced all at once.
    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    https://bottlerocket.dev/en/os/latest/api/settings/ntp/
    """
    # the schema lets a host name hold nothing that TOML would have quoted
    told = f'[settings.ntp]\ntime-servers = ["{clocks}"]\n' if clocks is not None else None
    return {
        "name": names.sub("aws_name", "node"),
        "user_data": b2a_base64(told.encode(), newline=False).decode() if told is not None else None,
        # a hop more than the node's own, for pods of the platform's that ask where they run
        "metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 2},
        "tags": labelled,
    }


def _roles(names: Names, labelled: dict[str, Tree]) -> list[Tree]:
    """https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html, …/create-node-role.html"""
    held = {
        "cluster": ("eks.amazonaws.com", {"control": "AmazonEKSClusterPolicy"}),
        "node": (
            "ec2.amazonaws.com",
            {
                "worker": "AmazonEKSWorkerNodePolicy",
                "registry": "AmazonEC2ContainerRegistryPullOnly",
                "network": "AmazonEKS_CNI_Policy",
            },
        ),
    }
    found: list[Tree] = []
    for label, (service, policies) in held.items():
        trust: Tree = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        role: Tree = {
            "name": names.sub("iam_role", label),
            "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [trust]}),
            "tags": labelled,
        }
        attached: dict[str, Tree] = {
            f"{label}_{part}": {
                "role": Ref("aws_iam_role", label, "name"),
                "policy_arn": text("arn:", Expr("local.tenant_partition"), f":iam::aws:policy/{policy}"),
            }
            for part, policy in policies.items()
        }
        found.append({"resource": {"aws_iam_role": {label: role}, "aws_iam_role_policy_attachment": attached}})
    return found


@document(
    "terraform",
    kind="aws_eks_access_entry",
    needs=option(_ADMINS),
    looks=(option(_ADMINS), option(SUBNETS), ISOLATION, *LOOKS),
    places=DATA_PLACES,
)
def cluster_admins(names: Names, _admins: Any, subnets: Any, isolation: str | None, *tagged: Any) -> Tree:
    """Who administers it: a role of the platform's, since nobody else is let in by having made it.

    https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """
    if isolation != "cluster" or subnets is None:
        return None
    who: dict[str, Tree] = {"cluster_name": _NAME, "principal_arn": standing(_ADMINS)}
    policy = text("arn:", Expr("local.tenant_partition"), ":eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")
    return {
        "resource": {
            "aws_eks_access_entry": {"admins": {**who, "tags": tags(names, "cluster", *tagged)}},
            "aws_eks_access_policy_association": {
                "admins": {
                    **who,
                    "policy_arn": policy,
                    "access_scope": {"type": "cluster"},
                    "depends_on": ["aws_eks_access_entry.admins"],
                }
            },
        }
    }


@document(
    "terraform",
    kind="aws_eks_pod_identity_association",
    needs=option(SUBNETS),
    looks=(option(SUBNETS), ISOLATION, ENABLED, *LOOKS),
    places=DATA_PLACES,
)
def cluster_workloads(names: Names, _subnets: Any, isolation: str | None, cached: bool | None, *tagged: Any) -> Tree:
    """The tenant's pods get its role, and its nodes reach its database and cache."""
    if isolation != "cluster":
        return None
    labelled = tags(names, "cluster", *tagged)
    nodes = Expr("aws_eks_cluster.tenant.vpc_config[0].cluster_security_group_id")
    ports = {"database": DATABASE_PORT} | ({"cache": CACHE_PORT} if cached else {})
    identity: Tree = {
        "cluster_name": _NAME,
        "namespace": names.kubernetes_namespace,
        "service_account": "tenant",
        "role_arn": ROLE_ARN,
        "tags": labelled,
    }
    return {
        "resource": {
            "aws_eks_addon": {
                "pod_identity": {"cluster_name": _NAME, "addon_name": "eks-pod-identity-agent", "tags": labelled}
            },
            "aws_eks_pod_identity_association": {"tenant": identity},
            "aws_vpc_security_group_ingress_rule": {
                f"tenant_{what}_nodes": {
                    "security_group_id": Ref("aws_security_group", f"tenant_{what}", "id"),
                    "referenced_security_group_id": nodes,
                    "ip_protocol": "tcp",
                    "from_port": port,
                    "to_port": port,
                }
                for what, port in ports.items()
            },
        }
    }
