"""The tenant's secrets as Terraform reads them: never in a file, though in the state of whatever is made with them."""

from __future__ import annotations

import re
from typing import Final

from tenantc.emit.document import Expr, Names, Part, Tree, Unsupported, text
from tenantc.model.identity import Identity
from tenantc.model.secrets import Parts, Reference
from tenantc.source.path import Path
from tenantc.source.value import Record

STORES: Final[Path] = "workspace.stores"
MANAGER: Final = "aws_secretsmanager"
_KEY: Final = r"[A-Za-z0-9_.-]+"


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
    data: Tree = {"aws_secretsmanager_secret_version": {label: {"secret_id": _placed(names, kept.path)}}}
    read = f"data.aws_secretsmanager_secret_version.{label}.secret_string"
    return data, Expr(f'jsondecode({read})["{key}"]')


def _placed(names: Names, parts: Parts) -> Part:
    return text(*(names.tenant_id if part is Identity.ID else str(part) for part in parts))
