"""Which Terraform and which provider may run a tenant's module."""

from __future__ import annotations

from tenantc.emit.document import Names, Tree, document


@document(
    "terraform",
    kind="terraform",
    looks=("workspace.terraform.required_version", "workspace.terraform.provider_version"),
    file="versions.tf.json",
    beside="main.tf.json",
)
def versions(_names: Names, terraform: str, aws: str) -> Tree:
    """The `terraform` block, in a file of its own: checkov skips the whole file that holds `required_version`."""
    return {
        "terraform": {
            "required_version": terraform,
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": aws}},
        }
    }
