"""`tenantc keygen`, `compile --sign-key` and `tenantc audit`: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.building import all_files, fleet
from tests.signing import copied

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas" / "cli"
COMMAND = (sys.executable, "-m", "tenantc.cli.main")
WORD = "correct horse"


def run(*arguments: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TENANTC_PASSPHRASE"} | variables
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def valid(text: str, schema: str) -> Any:
    document = json.loads(text)
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.json").read_text())).validate(document)
    return document


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, the file of a passphrase and keys that are encrypted with it."""
    folder = tmp_path_factory.mktemp("desk")
    fleet(folder / "w", "one")
    (folder / "word").write_text(f"{WORD}\n")
    done = run("keygen", "--out", "keys", "--passphrase-file", "word", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_keygen_encrypts_and_never_replaces(desk: Path) -> None:
    before = all_files(desk / "keys")
    assert sorted(before) == ["ed25519.key.pem", "ed25519.pub.pem", "ml-dsa-65.key.pem", "ml-dsa-65.pub.pem"]
    for name in ("ed25519", "ml-dsa-65"):
        assert before[f"{name}.key.pem"].startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
        assert before[f"{name}.pub.pem"].startswith(b"-----BEGIN PUBLIC KEY-----\n")
    again = run("keygen", "--out", "keys", "--no-passphrase", cwd=desk)
    assert (again.returncode, "error[T702]: the key `keys/ed25519.key.pem` is there already" in again.stderr) == (
        1,
        True,
    )
    (desk / "half").mkdir()
    (desk / "half/ml-dsa-65.pub.pem").symlink_to("nowhere")
    assert run("keygen", "--out", "half", "--no-passphrase", cwd=desk).returncode == 1
    assert [path.name for path in (desk / "half").iterdir()] == ["ml-dsa-65.pub.pem"]
    assert all_files(desk / "keys") == before


@pytest.mark.parametrize(
    ("arguments", "variables", "code"),
    [
        ((), {}, 2),
        (("--passphrase-file", "word", "--no-passphrase"), {}, 2),
        (("--passphrase-file", "empty"), {}, 2),
        (("--passphrase-file", "nowhere"), {}, 2),
        ((), {"TENANTC_PASSPHRASE": ""}, 2),
        (("--passphrase-file", "other"), {}, 1),
        (("--no-passphrase",), {}, 1),
        ((), {"TENANTC_PASSPHRASE": "wrong"}, 1),
        ((), {"TENANTC_PASSPHRASE": WORD}, 0),
        (("--passphrase-file", "word"), {"TENANTC_PASSPHRASE": "wrong"}, 0),
    ],
)
def test_a_build_is_signed_with_the_right_passphrase_alone(
    desk: Path, tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], code: int
) -> None:
    (desk / "other").write_text("wrong")
    (desk / "empty").write_text("\n")
    target = tmp_path / "out"
    done = run("compile", "w", "-o", target, "--sign-key", "keys", *arguments, cwd=desk, **variables)
    assert done.returncode == code, done.stderr
    assert target.exists() is (code == 0)
    assert ("T702" in done.stderr) is (code == 1)
    assert not [word for word in (WORD, "wrong") if word in done.stdout + done.stderr]


def test_a_passphrase_without_keys_and_keys_of_another_kind_are_refused(desk: Path, tmp_path: Path) -> None:
    assert run("compile", "w", "-o", tmp_path / "out", "--no-passphrase", cwd=desk).returncode == 2
    keys = tmp_path / "keys"
    assert run("keygen", "--out", keys, "--no-passphrase", cwd=desk).returncode == 0
    sealed = run("compile", "w", "-o", tmp_path / "out", "--sign-key", keys, "--passphrase-file", "word", cwd=desk)
    assert (sealed.returncode, "is not encrypted" in sealed.stderr) == (1, True)
    shutil.copy(keys / "ed25519.key.pem", keys / "ml-dsa-65.key.pem")
    shutil.copy(keys / "ml-dsa-65.pub.pem", keys / "ed25519.pub.pem")
    for arguments in (("compile", "w", "-o", tmp_path / "out", "--sign-key", keys, "--no-passphrase"),):
        done = run(*arguments, cwd=desk)
        assert (done.returncode, "holds a key of another algorithm" in done.stderr) == (1, True)
    (keys / "ed25519.key.pem").write_text("no key")
    done = run("compile", "w", "-o", tmp_path / "out", "--sign-key", keys, "--no-passphrase", cwd=desk)
    assert (done.returncode, "holds no private key in PEM" in done.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


def test_a_passphrase_is_asked_for_twice_on_a_terminal_and_not_shown(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "keygen", "--out", "keys"], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    shown = b""
    for prompt in (b"passphrase: ", b"confirmation: "):
        while not shown.endswith(prompt):
            shown += os.read(ours, 1024)
        os.write(ours, f"{WORD}\n".encode())
    while process.poll() is None:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait() == 0
    assert WORD.encode() not in shown
    assert (tmp_path / "keys/ed25519.key.pem").read_bytes().startswith(b"-----BEGIN ENCRYPTED")


def test_verify_tells_what_it_found(signed: Path, tmp_path: Path) -> None:
    build = copied(signed / "build", tmp_path / "build")
    keys = signed / "keys"
    good = run("audit", "verify", "build", "--keys", keys, cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.splitlines()[0].endswith(", 3 links: as it was built")
    document = valid(
        run("audit", "verify", "build", "--keys", keys, "--format", "json", cwd=tmp_path).stdout, "audit-verify"
    )
    assert (document["verified"], document["kind"], document["tenants"]) == (True, "build", 3)
    assert run("audit", "verify", "build", cwd=tmp_path).returncode == 2
    assert run("audit", "verify", "nowhere", "--keys", keys, cwd=tmp_path).returncode == 2
    assert run("audit", "verify", keys, "--keys", keys, cwd=tmp_path).returncode == 2
    assert run("audit", "verify", "build", "--keys", build, cwd=tmp_path).returncode == 1
    (build / "\x1b]0;x\x07").write_text("")
    bad = run("audit", "verify", "build", "--keys", keys, cwd=tmp_path)
    assert (bad.returncode, "NOT verified, 1 error" in bad.stdout, "T707" in bad.stderr) == (1, True, True)
    assert "\x1b" not in bad.stdout + bad.stderr
    document = valid(
        run("audit", "verify", "build", "--keys", keys, "--format", "json", cwd=tmp_path).stdout, "audit-verify"
    )
    assert document["verified"] is False


def test_log_shows_the_chain_and_what_is_wrong_with_it(signed: Path, tmp_path: Path) -> None:
    build = copied(signed / "build", tmp_path / "build")
    done = run("audit", "log", "build", "--keys", signed / "keys", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split("  ")[-1] for line in done.stdout.splitlines()] == [
        "signed (ed25519, ml-dsa-65), verified",
        "signed (ed25519, ml-dsa-65), verified",
        "unsigned",
    ]
    plain = valid(run("audit", "log", "build", "--format", "json", cwd=tmp_path).stdout, "audit-log")
    assert [link["number"] for link in plain["links"]] == [3, 2, 1]
    assert [link["as_of"] for link in plain["links"]] == ["2026-11-01", "2026-10-31", "2026-10-30"]
    (build / "audit/chain/000001.json").write_text("{}")
    (build / "audit/chain/000002.json").unlink()
    done = run("audit", "log", "build", "--format", "json", cwd=tmp_path)
    found = valid(done.stdout, "audit-log")
    assert (done.returncode, [one["code"] for one in found["diagnostics"]]) == (1, ["T710", "T710"])
    assert found["links"][1] == {"number": 1, "readable": False}


def test_a_proof_verifies_and_reveals_no_other_tenant(signed: Path, tmp_path: Path) -> None:
    build, keys = signed / "build", signed / "keys"
    done = run("audit", "proof", "two", build, "--env", "staging", "-o", "two", "--format", "json", cwd=tmp_path)
    assert valid(done.stdout, "audit-proof")["written"] == ["two/audit.json", "two/proof.json"]
    found = valid((tmp_path / "two/proof.json").read_text(), "proof")
    assert (found["tenant"], found["environment"], found["size"]) == ("two", "staging", 6)
    good = run("audit", "verify", "two", "--keys", keys, "--format", "json", cwd=tmp_path)
    assert (good.returncode, valid(good.stdout, "audit-verify")["kind"]) == (0, "proof")
    assert run("audit", "verify", "two", cwd=tmp_path).returncode == 2
    text = (tmp_path / "two/proof.json").read_text()
    nonces = json.loads((build / "audit/nonces.json").read_bytes())["nonces"]
    others = [one["nonce"] for one in nonces if (one["tenant"], one["environment"]) != ("two", "staging")]
    assert not [part for part in ("three", *others) if part in text]
    assert found["nonce"] in {one["nonce"] for one in nonces}
    assert (tmp_path / "two/audit.json").read_bytes() == (build / "staging/tenants/two/audit.json").read_bytes()


def test_a_proof_for_another_tenant_environment_or_build_is_refused(signed: Path, tmp_path: Path) -> None:
    keys = signed / "keys"
    for name, environment in (("two", "staging"), ("one", "staging"), ("two", "production")):
        folder = tmp_path / f"{name}-{environment}"
        assert run(
            "audit", "proof", name, signed / "build", "--env", environment, "-o", folder, cwd=tmp_path
        ).returncode == 0  # fmt: skip
    for other in ("one-staging", "two-production"):
        mixed = copied(tmp_path / "two-staging", tmp_path / "mixed")
        shutil.copy(tmp_path / other / "audit.json", mixed)
        done = run("audit", "verify", mixed, "--keys", keys, cwd=tmp_path)
        assert (done.returncode, "error[T711]" in done.stderr) == (1, True)
    renamed = copied(tmp_path / "two-staging", tmp_path / "renamed")
    text = (renamed / "proof.json").read_text()
    (renamed / "proof.json").write_text(text.replace('"tenant":"two"', '"tenant":"one"'))
    done = run("audit", "verify", renamed, "--keys", keys, cwd=tmp_path)
    assert (done.returncode, "names another tenant" in done.stderr) == (1, True)
    link = json.loads((signed / "build/audit/chain/000002.json").read_bytes())
    earlier = json.loads(text) | {"envelope": link["envelope"]}
    (renamed / "proof.json").write_text(f"{json.dumps(earlier, separators=(',', ':'))}\n")
    done = run("audit", "verify", renamed, "--keys", keys, cwd=tmp_path)
    assert (done.returncode, "does not lead to the tree that was signed" in done.stderr) == (1, True)


def test_a_proof_is_made_of_a_sound_signed_build_alone(desk: Path, signed: Path, tmp_path: Path) -> None:
    build = copied(signed / "build", tmp_path / "build")
    for arguments in (("two",), ("nobody",), ("two", "build", "--env", "nowhere")):
        done = run("audit", "proof", *arguments, *(() if "--env" in arguments else ("build",)), "-o", "p", cwd=tmp_path)
        assert done.returncode == 2, arguments
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("")
    prove = ("audit", "proof", "two", "build", "--env", "staging", "-o")
    assert run(*prove, "full", cwd=tmp_path).returncode == 2
    assert run("compile", desk / "w", "-o", "plain", cwd=tmp_path).returncode == 0
    unsigned = run("audit", "proof", "one", "plain", "-o", "p", cwd=tmp_path)
    assert (unsigned.returncode, "is unsigned" in unsigned.stderr) == (2, True)
    (build / "staging/tenants/two/audit.json").write_text("{}")
    done = run(*prove, "p", cwd=tmp_path)
    assert (done.returncode, "T705" in done.stderr, (tmp_path / "p").exists()) == (1, True, False)
    (build / "audit/nonces.json").write_text("{}")
    assert "T709" in run(*prove, "p", cwd=tmp_path).stderr


def test_compile_says_whether_a_build_is_signed_and_whether_anything_changed(desk: Path, tmp_path: Path) -> None:
    arguments = ("compile", "w", "-o", tmp_path / "out", "--as-of", "2026-11-01")
    assert run(*arguments, cwd=desk).stdout.endswith("; unsigned\n")
    assert "nothing changed: " in run(*arguments, cwd=desk).stdout
    sign = ("--sign-key", "keys", "--passphrase-file", "word")
    assert run(*arguments, *sign, cwd=desk).stdout.endswith("; signed (ed25519, ml-dsa-65)\n")
    document = valid(run(*arguments, *sign, "--format", "json", cwd=desk).stdout, "compile")
    assert (document["unchanged"], len(document["keys"])) == (True, 2)
    done = run(*arguments, "--previous", tmp_path / "nowhere", cwd=desk)
    assert (done.returncode, "T714" in done.stderr) == (1, True)
    assert run(*arguments, "--previous", "none", cwd=desk).returncode == 0
    done = run("audit", "verify", tmp_path / "out", cwd=desk)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "unsigned")
    assert "note[T712]" in done.stderr
