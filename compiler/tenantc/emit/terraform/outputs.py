"""What a caller of the tenant's module gets to know: without it, no role of the caller's could be let in."""

from __future__ import annotations

from tenantc.emit.document import Names, Ref, Tree, document
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.workload_role import ROLE_ARN


@document("terraform", kind="output")
def outputs(_names: Names) -> Tree:
    """The names and ARNs of what the tenant has."""
    found: dict[str, tuple[str, Tree]] = {
        "bucket": ("Name of the tenant's bucket.", Ref("aws_s3_bucket", "tenant", "id")),
        "bucket_arn": ("ARN of the tenant's bucket.", Ref("aws_s3_bucket", "tenant", "arn")),
        "key_alias": ("Alias of the tenant's key.", Ref("aws_kms_alias", "tenant", "name")),
        "key_arn": ("ARN of the tenant's key.", KEY_ARN),
        "log_group": ("Name of the tenant's log group.", Ref("aws_cloudwatch_log_group", "tenant", "name")),
        "log_group_arn": ("ARN of the tenant's log group.", Ref("aws_cloudwatch_log_group", "tenant", "arn")),
        "role_arn": ("ARN of the role of the tenant's workloads.", ROLE_ARN),
    }
    return {"output": {name: {"description": says, "value": value} for name, (says, value) in found.items()}}
