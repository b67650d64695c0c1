"""Sealed secrets: they open with the right keys, for the right tenant, unchanged, and stand in the open nowhere."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.check.secrets import credential
from tenantc.driver.keys import KeyRefusedError
from tenantc.driver.sealed import FOLDER, Opener, Sealer, SealError, generate, load_opener, load_sealer
from tenantc.driver.tenant_template.document import made_template
from tenantc.driver.tenant_template.factory import TemplateError, TenantTemplateFactory
from tenantc.model.secrets import is_sealed
from tests.importing import TOP, workspace
from tests.unit.test_cli import run

SECRET = "xoxb-1234567890-hunter2-in-clear"  # noqa: S105 what has to stand nowhere
TEMPLATE = {
    "tenant_id": "acme",
    "tenant_name": "Acme",
    "owner_email": "owner@acme.example",
    "tier": "professional",
    "integrations": {"slack": {"bot_token": "{{ slack_token | encrypt_sensitive }}"}},
    "note": "{{ slack_token | encrypt_sensitive }}",
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    generate(folder, None)
    return folder


@pytest.fixture(scope="module")
def pair(keys: Path) -> tuple[Sealer, Opener]:
    return load_sealer(keys), load_opener(keys, None)


@settings(max_examples=20)
@given(st.text(st.characters(codec="utf-8"), max_size=2000), st.sampled_from(["acme", "a", "x-1"]))
def test_a_sealed_value_opens_for_its_tenant(pair: tuple[Sealer, Opener], secret: str, tenant: str) -> None:
    sealer, opener = pair
    sealed = sealer.seal(secret, tenant)
    assert is_sealed(sealed)
    assert credential(sealed) is None
    assert opener.unseal(sealed, tenant) == secret
    assert sealer.seal(secret, tenant) != sealed
    with pytest.raises(SealError):
        opener.unseal(sealed, "another")


def test_no_byte_of_a_sealed_value_is_free(pair: tuple[Sealer, Opener]) -> None:
    sealer, opener = pair
    data = base64.urlsafe_b64decode(sealer.seal(SECRET, "acme").removeprefix("sealed:"))
    for at in (*range(0, len(data), 97), 8, 9, len(data) - 1):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(SealError):
            opener.unseal(f"sealed:{base64.urlsafe_b64encode(changed).decode()}", "acme")
    for wrong in (
        "",
        "sealed:",
        "sealed:AA==",
        SECRET,
        "sealed:é",
        f"sealed:{base64.urlsafe_b64encode(data[:500]).decode()}",
    ):
        with pytest.raises(SealError) as raised:
            opener.unseal(wrong, "acme")
        assert SECRET not in str(raised.value)


def test_other_keys_open_nothing(pair: tuple[Sealer, Opener], tmp_path: Path) -> None:
    generate(tmp_path, b"passphrase")
    with pytest.raises(KeyRefusedError):
        load_opener(tmp_path, b"another")
    with pytest.raises(KeyRefusedError):
        load_opener(tmp_path, None)
    with pytest.raises(SealError, match="other keys"):
        load_opener(tmp_path, b"passphrase").unseal(pair[0].seal(SECRET, "acme"), "acme")
    with pytest.raises(KeyRefusedError, match="is there already"):
        generate(tmp_path, None)
    (tmp_path / "x25519.pub.pem").write_bytes((tmp_path / "ml-kem-768.pub.pem").read_bytes())
    with pytest.raises(KeyRefusedError, match="another algorithm"):
        load_sealer(tmp_path)


def test_an_import_seals_what_is_given_and_no_file_of_a_build_holds_it(keys: Path, tmp_path: Path) -> None:
    pipeline = workspace(tmp_path)
    factory = TenantTemplateFactory(pipeline)
    template = made_template("acme.json", TEMPLATE)
    with pytest.raises(TemplateError, match="is missing"):
        factory.import_template(template, {"slack_token": SECRET}, seal=True)
    (tmp_path / FOLDER).mkdir()
    for path in keys.glob("*.pub.pem"):
        (tmp_path / FOLDER / path.name).write_bytes(path.read_bytes())
    # other targets open no sealed values
    (tmp_path / "tenantc.yaml").write_text(TOP.replace("[values, kubernetes, sql]", "[values]"))
    (tmp_path / "token").write_text(f"{SECRET}\n")
    (tmp_path / "acme.json").write_text(json.dumps(TEMPLATE))
    arguments = ("--set-file", "slack_token=token", "--seal", "-o", "tenants/acme.yaml", "--format", "json")
    done = run("import", "acme.json", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)["document"]
    sealed = next(word for word in document.split() if "sealed:" in word).strip('"')
    assert load_opener(keys, None).unseal(sealed, "acme") == SECRET
    assert document.count(sealed) == 2
    built = run("compile", cwd=tmp_path)
    assert (tmp_path / "build" / "manifest.json").exists(), built.stderr
    outputs = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "token"]
    assert not [data for data in outputs if SECRET.encode() in data]
    assert SECRET not in done.stdout + done.stderr + built.stdout + built.stderr


def test_the_commands_take_secrets_from_stdin(keys: Path, tmp_path: Path) -> None:
    workspace(tmp_path)
    made = run("keygen", "--sealing", "--out", "sealing", "--no-passphrase", cwd=tmp_path)
    assert made.returncode == 0, made.stderr

    def piped(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tenantc.cli.main", *arguments]
        return subprocess.run(command, cwd=tmp_path, input=text, capture_output=True, text=True, check=False)

    sealed = piped(f"{SECRET}\n", "seal", "acme")
    assert (sealed.returncode, sealed.stderr) == (0, "")
    opened = piped(sealed.stdout, "unseal", "acme", "--key", "sealing", "--no-passphrase")
    assert (opened.returncode, opened.stdout) == (0, f"{SECRET}\n")
    wrong = piped(sealed.stdout, "unseal", "acme", "--key", str(keys), "--no-passphrase")
    assert (wrong.returncode, wrong.stdout, "other keys" in wrong.stderr) == (1, "", True)
    assert piped("", "seal", "acme").returncode == 2
