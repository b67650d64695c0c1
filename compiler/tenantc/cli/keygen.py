"""`tenantc keygen --out DIR`: the keys that sign builds."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.passphrase import passphrase, passphrase_options
from tenantc.cli.session import say
from tenantc.driver import sealed
from tenantc.driver.files import shown
from tenantc.driver.keys import KeyRefusedError, generate, load_public


@click.command("keygen")
@click.option(
    "--out", "folder", metavar="DIR", type=click.Path(path_type=Path), required=True, help="the folder to write to"
)
@click.option("--sealing", is_flag=True, help="the keys that secrets are sealed to, instead of those that sign")
@passphrase_options
def command(folder: Path, sealing: bool, passphrase_file: Path | None, no_passphrase: bool) -> None:
    """Make the keys that sign builds: an Ed25519 pair and an ML-DSA-65 pair, as PEM files in DIR.

    Whoever verifies needs the .pub.pem files alone. Private keys are encrypted with a passphrase and readable by you
    only; no file is ever replaced. With --sealing it is an X25519 pair and an ML-KEM-768 pair, whose .pub.pem files
    belong into the workspace's sealing/.
    """
    try:
        if sealing:
            for file in sealed.generate(folder, passphrase(passphrase_file, no_passphrase, new=True)):
                click.echo(f"wrote {shown(file)}")
            click.echo(f"next: copy *.pub.pem into the workspace's {sealed.FOLDER}/; keep *.key.pem to yourself")
            return
        files = generate(folder, passphrase(passphrase_file, no_passphrase, new=True))
        keys = load_public(folder)
    except KeyRefusedError as refused:
        say([refused.diagnostic])
        raise click.exceptions.Exit(1) from None
    for file in files:
        click.echo(f"wrote {shown(file)}")
    for key in keys:
        click.echo(key.id)
    click.echo(f"next: tenantc compile --sign-key {shown(folder)}; keep *.key.pem to yourself and hand out *.pub.pem")
