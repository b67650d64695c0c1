"""Which Terraform and which provider may run a tenant's module."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Tree, document

LOOKS: Final = ("workspace.terraform.required_version", "workspace.terraform.provider_version")
FILE: Final = "versions.tf.json"


@document("terraform", kind="terraform", looks=LOOKS, file=FILE, beside="main.tf.json")
def versions(_names: Names, terraform: str, aws: str) -> Tree:
    """The `terraform` block, in a file of its own: checkov skips the whole file that holds `required_version`."""
    return block(terraform, aws)


@document("terraform", kind="terraform", scope="estate", looks=LOOKS, file=FILE, beside="main.tf.json")
def estate_versions(terraform: str, aws: str) -> Tree:
    """The same for what stands above tenants."""
    return block(terraform, aws)


def block(terraform: str, aws: str) -> Tree:
    """What both ask for."""
    return {
        "terraform": {
            "required_version": terraform,
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": aws}},
        }
    }
