"""plan.json: the steps by which a deployer takes a tenant in, moves it up and lets it go."""

from __future__ import annotations

import json
from typing import Final, TypeAlias

from tenantc.audit.flows import Where, flows
from tenantc.model.judged import Judged
from tenantc.model.settings import Findings
from tenantc.source.frozen import replace

_SECTION: Final = "lifecycle"
# stand for a tenant's folder and its module in the text that all tenants of equal flows share; JSON escapes them
_FOLDER: Final = "\0"
_MODULE: Final = "\1"
_ESCAPED_FOLDER: Final = b"\\u0000"
_ESCAPED_MODULE: Final = b"\\u0001"

# what else than settings decides about the steps: the files of a tenant, its estate's folder, its root's
Way: TypeAlias = tuple[frozenset[str], str, str]


class Plans:
    """Writes plan.json. The flows of tenants that go the same way are printed once."""

    def __init__(self) -> None:
        self._texts: Findings[dict[Way, bytes]] = Findings()

    def plan_json(self, judged: Judged, where: Where) -> bytes:
        """The plan.json of a tenant in an environment (schemas/cli/plan.json); paths are those in the build."""
        checked, linked = judged.checked, judged.checked.linked
        content = checked.resolved.settings.sections[_SECTION].content
        known = self._texts.get(content)
        if known is None:
            known = self._texts.put(content, {})
        way = where.files, where.estate, "" if where.own_root else where.root
        text = known.get(way)
        if text is None:
            alike = replace(
                where, folder=_FOLDER, root=_FOLDER if where.own_root else where.root, module=where.module and _MODULE
            )
            text = known[way] = json.dumps(flows(content.values, alike), indent=1)[2:].encode()
        tenant, environment = json.dumps(linked.spec.tenant_id), json.dumps(linked.environment or "default")
        head = f'{{\n "version": 1,\n "tenant": {tenant},\n "environment": {environment},\n'
        if where.module:
            text = text.replace(_ESCAPED_MODULE, where.module.encode())
        return head.encode() + text.replace(_ESCAPED_FOLDER, where.folder.encode()) + b"\n"
