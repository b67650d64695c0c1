"""Evidence has one encoding: what says the same in other bytes is refused, and so is what no program can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tenantc.audit import chain, dsse, proof, tree
from tests.signing import copied, told, verified

SEALS = {
    "audit/attestation.dsse.json": "T704",
    "audit/nonces.json": "T709",
    "audit/chain/000001.json": "T710",
    "audit/chain/000002.json": "T710",
    "audit/chain/000003.json": "T710",
}
OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "laid out": lambda data: f"{json.dumps(json.loads(data), indent=1)}\n".encode(),
    "without a line break": lambda data: data.rstrip(b"\n"),
    "with a space for the line break": lambda data: data.replace(b"\n", b" "),
    "with another key": lambda data: data.replace(b"{", b'{"more":1,', 1),
    "with a key twice": lambda data: data.replace(b'{"', b'{"version":1,"', 1),
    "sorted": lambda data: f"{json.dumps(dict(sorted(json.loads(data).items(), reverse=True)))}\n".encode(),
}


@pytest.mark.parametrize("path", SEALS)
def test_what_says_the_same_in_other_bytes_is_refused(signed: Path, tmp_path: Path, path: str) -> None:
    build = copied(signed / "build", tmp_path / "build")
    whole = (build / path).read_bytes()
    for name, otherwise in OTHERWISE.items():
        (build / path).write_bytes(otherwise(whole))
        assert f"{SEALS[path]} {path}" in told(verified(build, signed / "keys")), name


def test_digits_in_capitals_and_spare_bits_of_base64_are_other_bytes(signed: Path) -> None:
    nonces = (signed / "build/audit/nonces.json").read_bytes()
    capitals = nonces.replace(json.loads(nonces)["nonces"][0]["nonce"].encode(), b"AB" * 32)
    with pytest.raises(ValueError, match="not encoded"):
        tree.decode(capitals)
    plain = b'{"payload":"%b","payloadType":"x","signatures":[{"keyid":"k","sig":"AA=="}]}\n'
    assert dsse.decode(plain % b"QQ==").payload == b"A"
    assert base64.b64decode(b"QR==") == b"A"
    with pytest.raises(ValueError, match="not encoded"):
        dsse.decode(plain % b"QR==")


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000, b'{"version":1}', b'"\\ud800"', b"1" * 5_000,
     b'{"payload":1,"payloadType":1,"signatures":1}', b'{"payload":"","payloadType":1,"signatures":[]}',
     b'{"payload":"","payloadType":"","signatures":[{"keyid":[],"sig":""}]}',
     b'{"version":1,"nonces":[{"tenant":[],"environment":"","nonce":""}]}',
     b'{"number":"1","as_of":"","previous":null,"manifest":""}', b'{"index":1.5,"size":2,"path":[]}'],
    ids=lambda data: repr(data[:24]),
)  # fmt: skip
def test_what_no_program_can_read_is_an_error_and_no_crash(data: bytes) -> None:
    for decode in (dsse.decode, tree.decode, chain.decode, proof.decode):
        with pytest.raises(ValueError, match=r"cannot be read|not encoded"):
            decode(data)


@pytest.mark.parametrize(
    "manifest",
    ['{"artifacts": [{"path": 1, "sha256": ""}]}', '{"inputs": [{"path": 1, "sha256": 2}]}', '{"as_of": 1}',
     '{"keys": 1}', '{"keys": [1]}', '{"previous": []}', '{"artifacts": [{"path": "../x", "sha256": ""}]}',
     '{"artifacts": [{"path": "x", "sha256": "", "tenant": 1}]}', "[]", "{"],
)  # fmt: skip
def test_a_hostile_manifest_is_told_as_changed(signed: Path, tmp_path: Path, manifest: str) -> None:
    build = copied(signed / "build", tmp_path / "build")
    whole = json.loads((build / "manifest.json").read_bytes())
    text = json.dumps(whole | json.loads(manifest)) if manifest.startswith('{"') else manifest
    (build / "manifest.json").write_text(text.replace('"sha256": ""', f'"sha256": "{"0" * 64}"'))
    assert "T705 manifest.json" in told(verified(build, signed / "keys"))
