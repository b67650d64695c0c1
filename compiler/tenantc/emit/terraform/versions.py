"""Which Terraform and which provider may run a tenant's module."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Tree, document

# House: the tests run 1.11, and nothing in these documents is younger than 1.2 (the condition in region.py).
_TERRAFORM: Final = ">= 1.9"
# The series whose schema these documents are tested against (tests/real/test_terraform.py).
_AWS: Final = "~> 5.100"


@document(
    "terraform",
    looks=("workspace.terraform.required_version", "workspace.terraform.provider_version"),
    file="versions.tf.json",
    beside="main.tf.json",
)
def versions(_names: Names, terraform: str | None, aws: str | None) -> Tree:
    """The `terraform` block, in a file of its own: checkov skips the whole file that holds `required_version`."""
    return {
        "terraform": {
            "required_version": terraform or _TERRAFORM,
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": aws or _AWS}},
        }
    }
