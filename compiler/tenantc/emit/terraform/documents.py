"""Every Terraform document, in the order in which a reader meets them."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document
from tenantc.emit.terraform.audit_bucket import (
    audit_alerts,
    audit_bucket,
    audit_bucket_shut,
    audit_lifecycle,
    audit_lock,
)
from tenantc.emit.terraform.audit_log import audit_log, audit_stream, log_aggregation
from tenantc.emit.terraform.backup import backup_plan, backup_vault
from tenantc.emit.terraform.bucket import bucket, bucket_encryption, bucket_owner, bucket_policy, bucket_versioning
from tenantc.emit.terraform.bucket_lifecycle import bucket_lifecycle
from tenantc.emit.terraform.cache import cache_user, tenant_cache
from tenantc.emit.terraform.cluster import cluster_admins, cluster_workloads, tenant_cluster
from tenantc.emit.terraform.database import database
from tenantc.emit.terraform.delivery import delivery_records, distribution
from tenantc.emit.terraform.domain import domain_records, ingress_check
from tenantc.emit.terraform.estate_cache import estate_cache
from tenantc.emit.terraform.estate_database import estate_database
from tenantc.emit.terraform.inputs import estate_inputs, inputs
from tenantc.emit.terraform.key import key, key_alias, key_policy
from tenantc.emit.terraform.log_group import log_group
from tenantc.emit.terraform.outputs import outputs
from tenantc.emit.terraform.region import aws_region
from tenantc.emit.terraform.versions import estate_versions, versions
from tenantc.emit.terraform.workload_role import workload_rights, workload_role

DOCUMENTS: Final[tuple[Document, ...]] = (
    aws_region,
    key,
    key_alias,
    key_policy,
    bucket,
    bucket_owner,
    bucket_policy,
    bucket_encryption,
    bucket_versioning,
    bucket_lifecycle,
    workload_role,
    workload_rights,
    log_group,
    log_aggregation,
    audit_log,
    audit_stream,
    audit_bucket,
    audit_bucket_shut,
    audit_lock,
    audit_lifecycle,
    audit_alerts,
    database,
    tenant_cache,
    cache_user,
    tenant_cluster,
    cluster_admins,
    cluster_workloads,
    distribution,
    delivery_records,
    domain_records,
    ingress_check,
    backup_vault,
    backup_plan,
    outputs,
    inputs,
    versions,
    estate_database,
    estate_cache,
    estate_inputs,
    estate_versions,
)
