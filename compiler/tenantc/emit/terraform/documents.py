"""Every Terraform document, in the order in which a reader meets them."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document
from tenantc.emit.terraform.alarms import log_alarm, storage_alarm, threats
from tenantc.emit.terraform.bucket import bucket, bucket_encryption, bucket_owner, bucket_policy, bucket_versioning
from tenantc.emit.terraform.bucket_lifecycle import bucket_lifecycle
from tenantc.emit.terraform.budget import budget
from tenantc.emit.terraform.estate_logs import estate_flow_log, estate_trail
from tenantc.emit.terraform.estate_watch import (
    estate_frameworks,
    estate_sensitive_data,
    estate_threats,
    estate_weaknesses,
)
from tenantc.emit.terraform.experiments import experiments
from tenantc.emit.terraform.guardrail import guardrail, model_rights
from tenantc.emit.terraform.identity_providers import auth0, azure_ad, okta
from tenantc.emit.terraform.inputs import estate_inputs, inputs
from tenantc.emit.terraform.key import key, key_alias, key_policy
from tenantc.emit.terraform.log_group import log_group
from tenantc.emit.terraform.log_review import log_review, log_review_alarm
from tenantc.emit.terraform.outputs import outputs
from tenantc.emit.terraform.region import aws_region
from tenantc.emit.terraform.role import role, role_policy
from tenantc.emit.terraform.scans import data_search, malware_scan
from tenantc.emit.terraform.security_group import admin_security_group, security_group
from tenantc.emit.terraform.shield import shield
from tenantc.emit.terraform.usage_plan import api_key, usage_plan
from tenantc.emit.terraform.user_pool import user_pool
from tenantc.emit.terraform.user_pool_client import user_pool_client, user_pool_domain, user_pool_risk
from tenantc.emit.terraform.versions import estate_versions, versions
from tenantc.emit.terraform.waf import waf
from tenantc.emit.terraform.waf_logs import waf_alarm, waf_logs
from tenantc.emit.terraform.waf_sign_in import waf_of_sign_in

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
    log_group,
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
    auth0,
    azure_ad,
    okta,
    waf_of_sign_in,
    malware_scan,
    data_search,
    experiments,
    guardrail,
    budget,
    role,
    role_policy,
    model_rights,
    outputs,
    inputs,
    versions,
    estate_inputs,
    estate_versions,
    estate_threats,
    estate_weaknesses,
    estate_sensitive_data,
    estate_frameworks,
    estate_flow_log,
    estate_trail,
)
