"""The tenant's secrets as Terraform knows them: never in a file, though in the state of whatever is made with them."""

from __future__ import annotations

import re
from typing import Any, Final

from tenantc.emit.document import SECRETS, Expr, Names, Part, Ref, Result, Tree, Unsupported, document, slug, text
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.place import OF_TENANT, says
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.model.identity import Identity
from tenantc.model.secrets import Parts, Reference
from tenantc.source.path import Path
from tenantc.source.value import Record

STORES: Final[Path] = "workspace.stores"
MANAGER: Final = "aws_secretsmanager"
_KEY: Final = r"[A-Za-z0-9_.-]+"
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, Name and RecoveryWindowInDays of
# API_DeleteSecret
_NAME: Final = r"[A-Za-z0-9/_+=.@-]{1,512}"
_RECOVERY_DAYS: Final = 30


@document(
    "terraform",
    kind="aws_secretsmanager_secret",
    needs=STORES,
    looks=(STORES, SECRETS, *LOOKS),
    places=PLACES,
)
def secret_containers(names: Names, stores: Record, secrets: Record | None, *tagged: Any) -> Result:
    """Where the tenant's own secrets lie, of the stores that Terraform provides; what lies there is somebody else's.

    Several settings may refer to one, by its keys. One that nothing refers to any more can be restored for a while.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/secretsmanager_secret
    """
    found: dict[str, Tree] = {}
    for path, kept in (secrets or {}).items():
        if not isinstance(kept, Reference) or not _is_provided(kept, stores):
            continue
        if not re.fullmatch(_NAME, _written(kept.path)):
            return Unsupported(path, ("name it by letters, digits and `/ _ + = . @ -` alone, as Secrets Manager does",))
        found[_label(kept)] = {
            "name": _placed(names, kept.path),
            "kms_key_id": KEY_ARN,
            "recovery_window_in_days": _RECOVERY_DAYS,
            "tags": tags(names, "secrets", *tagged),
        }
    return {"resource": {"aws_secretsmanager_secret": found}} if found else None


def secret(
    names: Names, path: Path, label: str, kept: Reference | str, stores: Record | None
) -> tuple[Tree, Expr] | Unsupported:
    """The data source that reads a secret of Secrets Manager, whose text is JSON, and the value at the reference's key.

    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/secretsmanager_secret_version
    """
    if isinstance(kept, str):
        return Unsupported(path, ("keep it in a secret store: Terraform opens no sealed values",))
    store = stores.get(kept.store) if stores is not None else None
    if not isinstance(store, Record) or store.get("terraform") != MANAGER:
        return Unsupported(path, (f"say `terraform: {MANAGER}` of `stores.{kept.store}` in tenantc.yaml",))
    key = "".join(part for part in kept.key if isinstance(part, str))
    # it stands in an expression, where other characters could be more than themselves
    if any(part is Identity.ID for part in kept.key) or not re.fullmatch(_KEY, key):
        return Unsupported(path, ("name its key, behind `#`, by letters, digits and `_ . -` alone",))
    is_made = stores is not None and _is_provided(kept, stores)
    lies = Ref("aws_secretsmanager_secret", _label(kept), "id") if is_made else _placed(names, kept.path)
    data: Tree = {"aws_secretsmanager_secret_version": {label: {"secret_id": lies}}}
    read = f"data.aws_secretsmanager_secret_version.{label}.secret_string"
    return data, Expr(f'jsondecode({read})["{key}"]')


def _is_provided(kept: Reference, stores: Record) -> bool:
    """Whether it lies where only this tenant's secrets do, in a store that Terraform provides.

    A reference to any place but those that the store names is an error before (T410).
    """
    store = stores.get(kept.store)
    paths = store.get("tenant_paths") if isinstance(store, Record) and store.get("provision") else None
    shared = tuple(str(path) for path in paths if not says(path, OF_TENANT)) if isinstance(paths, tuple) else None
    return shared is not None and not _written(kept.path).startswith(shared)


def _label(kept: Reference) -> str:
    return slug(_written(kept.path))


def _written(parts: Parts) -> str:
    """A path with a word for the tenant's id, of characters that Secrets Manager takes."""
    return "".join(OF_TENANT if part is Identity.ID else str(part) for part in parts)


def _placed(names: Names, parts: Parts) -> Part:
    return text(*(names.tenant_id if part is Identity.ID else str(part) for part in parts))
