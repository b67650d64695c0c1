"""How often the tenant's namespace is backed up, and how long each backup is kept."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Result, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import labels
from tenantc.source.value import Record

_VELERO: Final = "workspace.kubernetes.velero"
_BACKUP: Final = "infrastructure.disaster_recovery.backup"
_KEPT: Final = "limits.backup_retention_days"
_NAMESPACE: Final = "velero"
_HOURS: Final = 24


@document(
    "kubernetes",
    kind="Schedule",
    needs=_VELERO,
    looks=(_VELERO, f"{_BACKUP}.enabled", f"{_BACKUP}.full_interval_days", _KEPT),
)
def backup_schedule(
    names: Names, velero: Record, enabled: bool | None, interval: int | None, kept: int | None
) -> Result:
    """Backs up the namespace whole, objects and volumes.

    It lies beside Velero and bears the namespace's name. Where backups are switched off it is paused and not left out,
    since `kubectl apply` deletes nothing. Backups that are there stay until their time is over.
    https://velero.io/docs/main/api-types/schedule/
    """
    if interval is None:
        return None
    if kept is None:
        return Unsupported(_KEPT, ("say for how many days a backup is kept",))
    location = velero.get("storage_location")
    template: Tree = {
        "includedNamespaces": [names.kubernetes_namespace],
        "storageLocation": None if location is None else str(location),
        "ttl": f"{kept * _HOURS}h",
    }
    return {
        "apiVersion": "velero.io/v1",
        "kind": "Schedule",
        "metadata": {
            "name": names.kubernetes_namespace,
            "namespace": str(velero.get("namespace", _NAMESPACE)),
            "labels": labels(names),
        },
        "spec": {"schedule": f"@every {interval * _HOURS}h", "paused": not enabled, "template": template},
    }
