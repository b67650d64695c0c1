"""Which Terraform and which provider may run a tenant's module."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Tree, document

_LOOKS: Final = ("workspace.terraform.required_version", "workspace.terraform.provider_version")
_FILE: Final = "versions.tf.json"


@document("terraform", kind="terraform", looks=_LOOKS, file=_FILE, beside="main.tf.json")
def versions(_names: Names, terraform: str, aws: str) -> Tree:
    """The `terraform` block, in a file of its own: checkov skips the whole file that holds `required_version`."""
    return _block(terraform, aws)


@document("terraform", kind="terraform", scope="estate", looks=_LOOKS, file=_FILE, beside="main.tf.json")
def estate_versions(terraform: str, aws: str) -> Tree:
    """The same for what stands above tenants."""
    return _block(terraform, aws)


def _block(terraform: str, aws: str) -> Tree:
    return {
        "terraform": {
            "required_version": terraform,
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": aws}},
        }
    }
