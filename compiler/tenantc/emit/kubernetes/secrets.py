"""The tenant's secrets: for each a Secret that the External Secrets operator fills from the store it lies in."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import SECRETS, Names, Part, Result, Unsupported, document, slug, text
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.model.identity import Identity
from tenantc.model.secrets import Parts, Reference
from tenantc.source.path import Path, split
from tenantc.source.regex import lazy
from tenantc.source.value import Record

_STORES: Final = "workspace.stores"
# a DNS subdomain once its underscores are dashes, of which it has none yet
_PLAIN: Final = lazy(r"[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*")
_LONGEST: Final = 253


@document("kubernetes", kind="ExternalSecret", each=SECRETS, needs=_STORES, looks=(_STORES,))
def external_secret(names: Names, path: Path, reference: Reference | None, stores: Record) -> Result:
    """Holds one secret, under the last name of its setting, in a Secret that bears the setting's whole path.

    The store is a ClusterSecretStore: the platform's, and not one of the tenant's own.
    https://external-secrets.io/latest/api/externalsecret/
    """
    if reference is None:
        return Unsupported(path, ("keep it in a secret store: the operator opens no sealed values",))
    store = stores.get(reference.store)
    found = store.get("kubernetes") if isinstance(store, Record) else None
    if found is None:
        return Unsupported(path, (f"say in `stores.{reference.store}.kubernetes` what the store is called there",))
    name = _name(path)
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata(names, name),
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": str(found)},
            "target": {"name": name},
            "data": [
                {
                    "secretKey": split(path)[-1],
                    "remoteRef": {"key": _placed(names, reference.path), "property": _placed(names, reference.key)},
                }
            ],
        },
    }


def _name(path: Path) -> str:
    """A name that charts can tell from the setting's: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/."""
    readable = path.replace("_", "-")
    return readable if _PLAIN.fullmatch(path) and len(path) <= _LONGEST else slug(path)


def _placed(names: Names, parts: Parts) -> Part:
    return text(*(names.tenant_id if part is Identity.ID else str(part) for part in parts))
