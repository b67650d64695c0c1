"""Every Kubernetes document, in the order in which a file lists them: what others need comes first."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document
from tenantc.emit.kubernetes.access import admin_binding, admin_role, service_account, viewer_binding, viewer_role
from tenantc.emit.kubernetes.addresses import allow_by_default, allow_networks
from tenantc.emit.kubernetes.admission import admission_bindings, admission_policies
from tenantc.emit.kubernetes.alerts import prometheus_rule
from tenantc.emit.kubernetes.autoscaling import horizontal_pod_autoscaler
from tenantc.emit.kubernetes.backup import backup_schedule
from tenantc.emit.kubernetes.disruption import pod_disruption_budget
from tenantc.emit.kubernetes.domains import certificate, certificate_grant, http_route
from tenantc.emit.kubernetes.kustomization import estate_kustomization, kustomization
from tenantc.emit.kubernetes.mesh import allow_mesh, peer_authentication
from tenantc.emit.kubernetes.metrics import allow_scraping, service_monitor
from tenantc.emit.kubernetes.namespace import namespace
from tenantc.emit.kubernetes.network import (
    allow_dns,
    allow_ingress,
    allow_same_namespace,
    allow_segment,
    default_deny,
)
from tenantc.emit.kubernetes.priority import priority_classes
from tenantc.emit.kubernetes.quota import limit_range, resource_quota
from tenantc.emit.kubernetes.scaled_object import scaled_object
from tenantc.emit.kubernetes.secrets import external_secret

DOCUMENTS: Final[tuple[Document, ...]] = (
    priority_classes,
    admission_policies,
    admission_bindings,
    estate_kustomization,
    namespace,
    resource_quota,
    limit_range,
    default_deny,
    allow_dns,
    allow_same_namespace,
    allow_segment,
    allow_ingress,
    allow_networks,
    allow_by_default,
    allow_scraping,
    allow_mesh,
    peer_authentication,
    service_account,
    viewer_role,
    admin_role,
    viewer_binding,
    admin_binding,
    external_secret,
    horizontal_pod_autoscaler,
    scaled_object,
    pod_disruption_budget,
    certificate,
    certificate_grant,
    http_route,
    backup_schedule,
    service_monitor,
    prometheus_rule,
    kustomization,
)
