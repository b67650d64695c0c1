"""Where tenants are deployed, what their things are called, and what a change would do to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tenantc.api.refusals import refusal
from tenantc.api.workspaces import Workspace
from tenantc.audit.plan import Plans
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver import library
from tenantc.driver.edits import Amending
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Compiled, Pipeline, Tenant
from tenantc.driver.resources import Difference, Resource, compared, estate, resources
from tenantc.driver.transaction import Accepted
from tenantc.emit.naming import KINDS
from tenantc.model.judged import Judged
from tenantc.source.frozen import Frozen

_ISOLATION: Final = "infrastructure.isolation_level"


class Preview(Frozen):
    """What a change would create, update, replace and destroy, and what the compiler says of the tenant then.

    `replace` are resources of Terraform whose id changes, which is made of their names: whatever they hold stays behind
    unless it is moved. What else a provider makes anew, `terraform plan` alone knows. What another estate or another
    name would have is created there, and destroyed here.
    """

    create: tuple[Resource, ...]
    update: tuple[Resource, ...]
    replace: tuple[Resource, ...]
    destroy: tuple[Resource, ...]
    diagnostics: tuple[Diagnostic, ...]


class InfrastructureProvisioner:
    """Tells what tenants are deployed as; nothing here deploys, and nothing writes.

    Raises as `Workspace.settings` does, and RefusedError for a tenant that does not compile.

    >>> from tenantc.api import InfrastructureProvisioner, Workspace
    >>> provisioner = InfrastructureProvisioner(Workspace.open("examples/streaming"))
    >>> provisioner.isolation("acme-corp"), provisioner.estate("acme-corp")
    ('schema', '210000000001-us-east-1-stream-us')
    >>> provisioner.names("acme-corp")["kubernetes_namespace"]
    'streaming-acme-corp'
    >>> preview = provisioner.preview("acme-corp", {"infrastructure.auto_scaling.max_capacity": 15})
    >>> [one.name for one in preview.update if one.kind == "HorizontalPodAutoscaler"]
    ['streaming-acme-corp/api', 'streaming-acme-corp/worker']
    >>> preview.create, preview.replace, preview.destroy
    ((), (), ())
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def isolation(self, tenant_id: str, *, environment: str | None = None) -> str:
        """How a tenant is kept apart from others: shared, schema, database or cluster."""
        return str(self._workspace.settings(tenant_id, _ISOLATION, environment=environment)[_ISOLATION])

    def estate(self, tenant_id: str, *, environment: str | None = None) -> str:
        """The account, region and cluster that a tenant is deployed in, as the estate's folder in a build is called."""
        return estate(self._workspace.compiled(tenant_id, environment)[1].linked).name

    def names(self, tenant_id: str, *, environment: str | None = None) -> dict[str, str]:
        """What a tenant's things are called, by kind: those that it adopts, else as they are derived."""
        pipeline, judged = self._judged(tenant_id, environment)
        case, _ = Emission(pipeline).case(judged.checked)
        return {kind: case.filler.name(kind) for kind in KINDS}

    def resources(self, tenant_id: str) -> tuple[Resource, ...]:
        """What a tenant is made of, in every environment it lives in."""
        pipeline, tenant = self._sound(tenant_id)
        return tuple(sorted(resources(pipeline, tenant, library.imports())))

    def plan(self, tenant_id: str, *, environment: str | None = None) -> dict[str, Any]:
        """The steps by which a deployer takes a tenant in, moves it up and lets it go (schemas/cli/plan.json)."""
        pipeline, judged = self._judged(tenant_id, environment)
        emission, id = Emission(pipeline), judged.checked.linked.spec.tenant_id
        above = judged.checked.linked.environment
        files, _ = emission.tenant(judged)
        where = emission.where(judged, f"{above}/tenants/{id}" if above else f"tenants/{id}", files)
        found: dict[str, Any] = json.loads(Plans().plan_json(judged, where))
        return found

    def preview(self, tenant_id: str, config: Mapping[str, Any]) -> Preview:
        """What applying a configuration would do; keys of a spec, such as `tier`, `region` or `status`, are some, too.

        Raises as `TenantManager.apply_configuration` would.
        """
        ids = library.imports()
        pipeline, before = self._sound(tenant_id)
        answer: Accepted = self._workspace.preview(Amending(tenant_id, {}, config))
        workspace = pipeline.workspace
        workspace.edits[answer.revision.path] = answer.revision.new
        after = pipeline.tenant(workspace.find([before.spec.tenant_id])[0][0])
        difference: Difference = compared(resources(pipeline, before, ids), resources(pipeline, after, ids))
        return Preview(*difference, answer.diagnostics)

    def _sound(self, tenant_id: str) -> tuple[Pipeline, Tenant]:
        pipeline, tenant = self._workspace.tenant(tenant_id)
        if tenant.failed:
            raise refusal(tenant.diagnostics)
        return pipeline, tenant

    def _judged(self, tenant_id: str, environment: str | None) -> tuple[Pipeline, Judged]:
        found: tuple[Pipeline, Compiled] = self._workspace.compiled(tenant_id, environment)
        if found[1].judged is None:
            raise refusal(self._workspace.tenant(tenant_id)[1].diagnostics)
        return found[0], found[1].judged
