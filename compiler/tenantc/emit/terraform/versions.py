"""Which Terraform and which provider may run a tenant's module."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Tree, document
from tenantc.emit.terraform.region import ELSEWHERE, replicas
from tenantc.emit.terraform.region import LOOKS as REGIONS

LOOKS: Final = ("workspace.terraform.required_version", "workspace.terraform.provider_version")
FILE: Final = "versions.tf.json"


@document("terraform", kind="terraform", looks=(*LOOKS, *REGIONS), file=FILE, beside="main.tf.json")
def versions(_names: Names, terraform: str, aws: str, *said: Any) -> Tree:
    """The `terraform` block, in a file of its own: checkov skips the whole file that holds `required_version`.

    A module says there which provider it needs besides its caller's usual one.
    https://developer.hashicorp.com/terraform/language/modules/develop/providers#provider-aliases-within-modules
    """
    return block(terraform, aws, aliases=[ELSEWHERE] if replicas(*said) is not None else None)


@document("terraform", kind="terraform", scope="estate", looks=LOOKS, file=FILE, beside="main.tf.json")
def estate_versions(terraform: str, aws: str) -> Tree:
    """The same for what stands above tenants."""
    return block(terraform, aws)


def block(terraform: str, aws: str, aliases: list[Tree] | None = None) -> Tree:
    """What all ask for."""
    asked: Tree = {"source": "hashicorp/aws", "version": aws, "configuration_aliases": aliases}
    return {"terraform": {"required_version": terraform, "required_providers": {"aws": asked}}}
