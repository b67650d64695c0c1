# ruff: noqa: F401 — whoever asks `tenantc.api` for a name gets it from here
"""The names that `tenantc.api` gives, with all that stands behind them."""

from __future__ import annotations

from tenantc.api.findings import Finding
from tenantc.api.infrastructure import InfrastructureProvisioner, Preview
from tenantc.api.models import AIConfigurationManager
from tenantc.api.refusals import (
    RefusedError,
    SettingsError,
    TenantExistsError,
    UnknownEnvironmentError,
    UnknownTenantError,
    UnknownTierError,
)
from tenantc.api.security import Explanation, Requirement, Satisfaction, SecurityPolicyEngine
from tenantc.api.tenants import TenantManager
from tenantc.api.workspaces import Change, Checked, Compilation, Workspace, check, compile_workspace, explain
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.resources import Resource
from tenantc.driver.tenant_template.document import TenantTemplate
from tenantc.driver.tenant_template.factory import TemplateError, TenantTemplateFactory
from tenantc.driver.tenant_template.importing import Imported
