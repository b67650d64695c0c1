"""`tenantc unseal TENANT --key DIR`: opens a sealed value."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.passphrase import passphrase, passphrase_options
from tenantc.cli.seal import read_secret
from tenantc.cli.session import print_line, say
from tenantc.driver.keys import KeyRefusedError
from tenantc.driver.sealed import SealError, load_opener


@click.command("unseal")
@click.argument("tenant")
@click.option(
    "--key", "folder", metavar="DIR", type=click.Path(path_type=Path), required=True, help="where the private keys lie"
)
@passphrase_options
def command(tenant: str, folder: Path, passphrase_file: Path | None, no_passphrase: bool) -> None:
    """Open the sealed value of TENANT that stands on stdin with the private keys in DIR, and print the secret."""
    try:
        secret = load_opener(folder, passphrase(passphrase_file, no_passphrase, new=False)).unseal(
            read_secret(), tenant
        )
    except KeyRefusedError as refused:
        say([refused.diagnostic])
        raise click.exceptions.Exit(1) from None
    except SealError as error:
        click.echo(f"tenantc: {error}", err=True)
        raise click.exceptions.Exit(1) from None
    print_line(secret)
