"""Every Terraform document, in the order in which a reader meets them."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document
from tenantc.emit.terraform.alarms import log_alarm, storage_alarm, threats
from tenantc.emit.terraform.audit_bucket import (
    audit_alerts,
    audit_bucket,
    audit_bucket_shut,
    audit_lifecycle,
    audit_lock,
)
from tenantc.emit.terraform.audit_log import audit_log, audit_stream, log_aggregation
from tenantc.emit.terraform.backend import backend, estate_backend
from tenantc.emit.terraform.backup import backup_plan, backup_vault
from tenantc.emit.terraform.bucket import bucket, bucket_encryption, bucket_owner, bucket_policy, bucket_versioning
from tenantc.emit.terraform.bucket_lifecycle import bucket_lifecycle
from tenantc.emit.terraform.budget import budget
from tenantc.emit.terraform.cache import cache_user, tenant_cache
from tenantc.emit.terraform.cluster import cluster_admins, cluster_workloads, tenant_cluster
from tenantc.emit.terraform.database import database
from tenantc.emit.terraform.delivery import delivery_records, distribution
from tenantc.emit.terraform.domain import domain_records, ingress_check
from tenantc.emit.terraform.estate_backup import estate_backup
from tenantc.emit.terraform.estate_cache import estate_cache
from tenantc.emit.terraform.estate_database import estate_database
from tenantc.emit.terraform.estate_logs import estate_flow_log, estate_trail
from tenantc.emit.terraform.estate_record import estate_record
from tenantc.emit.terraform.estate_watch import (
    estate_frameworks,
    estate_sensitive_data,
    estate_threats,
    estate_weaknesses,
)
from tenantc.emit.terraform.experiments import experiments
from tenantc.emit.terraform.guardrail import guardrail, model_rights
from tenantc.emit.terraform.identity_providers import identity_providers
from tenantc.emit.terraform.inputs import estate_inputs, inputs
from tenantc.emit.terraform.key import key, key_alias, key_policy
from tenantc.emit.terraform.log_group import log_group
from tenantc.emit.terraform.log_review import log_review, log_review_alarm
from tenantc.emit.terraform.metrics import metrics
from tenantc.emit.terraform.model_monitor import drift_alarms, model_monitor
from tenantc.emit.terraform.outputs import outputs
from tenantc.emit.terraform.provider import estate_provider, provider
from tenantc.emit.terraform.recovery_alarms import backup_failures, replication_alarm
from tenantc.emit.terraform.region import aws_region
from tenantc.emit.terraform.role import pod_identity, role_policy
from tenantc.emit.terraform.roots import departures, modules, root_backend, root_inputs, root_providers, root_versions
from tenantc.emit.terraform.scans import data_search, malware_scan
from tenantc.emit.terraform.second_bucket import replication, second_bucket, second_bucket_shut
from tenantc.emit.terraform.second_key import second_key
from tenantc.emit.terraform.secrets import secret_containers
from tenantc.emit.terraform.security_group import admin_security_group, security_group
from tenantc.emit.terraform.shield import shield
from tenantc.emit.terraform.usage_plan import api_key, usage_plan
from tenantc.emit.terraform.user_pool import user_pool
from tenantc.emit.terraform.user_pool_client import user_pool_client, user_pool_domain, user_pool_risk
from tenantc.emit.terraform.versions import estate_versions, versions
from tenantc.emit.terraform.waf import waf
from tenantc.emit.terraform.waf_logs import waf_alarm, waf_logs
from tenantc.emit.terraform.waf_sign_in import waf_of_sign_in
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
    second_key,
    second_bucket,
    second_bucket_shut,
    replication,
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
    secret_containers,
    database,
    tenant_cache,
    cache_user,
    log_review,
    log_review_alarm,
    log_alarm,
    storage_alarm,
    threats,
    security_group,
    admin_security_group,
    usage_plan,
    api_key,
    waf,
    waf_logs,
    waf_alarm,
    shield,
    user_pool,
    user_pool_client,
    user_pool_domain,
    user_pool_risk,
    identity_providers,
    waf_of_sign_in,
    malware_scan,
    data_search,
    experiments,
    model_monitor,
    drift_alarms,
    guardrail,
    metrics,
    budget,
    tenant_cluster,
    cluster_admins,
    cluster_workloads,
    distribution,
    delivery_records,
    domain_records,
    ingress_check,
    backup_vault,
    backup_plan,
    backup_failures,
    replication_alarm,
    pod_identity,
    role_policy,
    model_rights,
    outputs,
    inputs,
    provider,
    backend,
    versions,
    estate_database,
    estate_cache,
    estate_backup,
    estate_inputs,
    estate_provider,
    estate_backend,
    estate_versions,
    modules,
    departures,
    root_inputs,
    root_providers,
    root_backend,
    root_versions,
    estate_threats,
    estate_weaknesses,
    estate_sensitive_data,
    estate_frameworks,
    estate_flow_log,
    estate_trail,
    estate_record,
)
