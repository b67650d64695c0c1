"""How roots configure the AWS provider: in the region and account of what they make, and in no other."""

from __future__ import annotations

import re
from typing import Any, Final

from tenantc.emit.document import Names, Tree, document
from tenantc.emit.terraform.inputs import LAYOUT
from tenantc.emit.terraform.place import located
from tenantc.emit.terraform.region import ELSEWHERE, replicas
from tenantc.emit.terraform.region import LOOKS as REGIONS
from tenantc.source.path import Path
from tenantc.source.value import Record

PROVIDER: Final[Path] = "workspace.terraform.provider"
FILE: Final = "provider.tf.json"
FIPS: Final[Path] = "security.encryption_config.fips_mode"
# what AWS calls an account; platforms may call theirs otherwise in their own files
_ACCOUNT: Final = r"[0-9]{12}"


@document(
    "terraform",
    kind="provider",
    needs=PROVIDER,
    looks=(PROVIDER, LAYOUT, "deployment.account", FIPS, *REGIONS),
    file=FILE,
    beside="main.tf.json",
)
def provider(_names: Names, stated: Record, layout: str, account: str | None, fips: bool | None, *said: Any) -> Tree:
    """The tenant's root configures it in a file of its own, so that the folder without it serves as a module."""
    if layout != "tenant":
        return None
    _, home, *_ = said
    second = replicas(*said)
    here = configured(stated, account, home, fips=fips or False)
    if second is None:
        return {"provider": {"aws": here}}
    alias = ELSEWHERE.removeprefix("aws.")
    return {
        "provider": {
            "aws": [here, {"alias": alias, **configured(stated, account, second.region, fips=fips or False)}],
        }
    }


@document(
    "terraform",
    kind="provider",
    scope="estate",
    needs=PROVIDER,
    looks=(PROVIDER, "deployment.account", "deployment.region"),
    columns=(FIPS,),
    file=FILE,
    beside="main.tf.json",
)
def estate_provider(stated: Record, account: str | None, region: str | None, fips: tuple[bool, ...]) -> Tree:
    """The estate's: it keeps to what any of its tenants needs."""
    return {"provider": {"aws": configured(stated, account, region, fips=True in fips)}}


def configured(stated: Record, account: str | None, region: str | None, *, fips: bool) -> dict[str, Tree]:
    """A provider's block.

    An account that is not the one deployed to is refused before anything is planned, whoever's credentials they are.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs#argument-reference
    """
    role, tags = stated.get("assume_role"), stated.get("default_tags")
    known = account is not None and re.fullmatch(_ACCOUNT, account) is not None
    return {
        "region": region,
        "allowed_account_ids": [account] if known else None,
        "assume_role": {"role_arn": located(role, {"account": account or ""})} if role is not None else None,
        "default_tags": {"tags": located(tags, {})} if tags is not None else None,
        "use_fips_endpoint": True if fips else None,
    }
