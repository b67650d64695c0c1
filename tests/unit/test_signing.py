"""Signed builds: what is written, who can read it, and what refuses it (issue: evidence, signed)."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tenantc.audit import chain, dsse, statement
from tenantc.driver.evidence import Evidence, Keys
from tenantc.driver.keys import Signer, load_signer
from tenantc.driver.verification import verify_build
from tests.building import all_files, codes, fleet, manifest, run
from tests.compiling import tenant, write
from tests.signing import copied, make_keys, public, signed_build, told, verified

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas" / "cli"
ATTESTATION = "audit/attestation.dsse.json"


@pytest.fixture
def signer(signed: Path) -> Signer:
    return load_signer(signed / "keys", None)


def envelope(build: Path) -> Any:
    return json.loads((build / ATTESTATION).read_bytes())


def payload(build: Path) -> Any:
    return json.loads(base64.b64decode(envelope(build)["payload"]))


def valid(document: Any, schema: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.json").read_text()))
    validator.validate(document)


def test_a_signed_build_is_as_its_schemas_say_and_verifies(signed: Path) -> None:
    build = signed / "build"
    found = verified(build, signed / "keys")
    assert (found.failed, found.diagnostics, found.signed) == (False, [], True)
    assert (found.tenants, found.links, found.as_of) == (3, 3, "2026-11-01")
    valid(manifest(build), "manifest")
    valid(json.loads((build / "audit/nonces.json").read_bytes()), "nonces")
    valid(payload(build), "statement")
    for number in (1, 2, 3):
        valid(json.loads((build / chain.path_of(number)).read_bytes()), "link")
    said = payload(build)["predicate"]
    assert (said["tenants"], said["tree"]["size"], said["chain"]["number"]) == (3, 6, 3)
    assert [one["tenant"] for one in json.loads((build / "audit/nonces.json").read_bytes())["nonces"]] == [
        *("one", "one", "three", "three", "two", "two")
    ]


def test_what_is_signed_counts_the_verdicts_of_every_report(signed: Path) -> None:
    sums: dict[str, dict[str, int]] = {}
    for path in (signed / "build").rglob("audit.json"):
        for framework, counts in json.loads(path.read_bytes())["counts"].items():
            for word, count in counts.items():
                of = sums.setdefault(framework, {})
                of[word] = of.get(word, 0) + count
    assert payload(signed / "build")["predicate"]["verdicts"] == sums


def test_what_is_signed_names_no_tenant_and_no_file(signed: Path) -> None:
    text = json.dumps(payload(signed / "build"))
    assert not [name for name in ("three", "tenants/", "Acme", ".yaml", "staging") if name in text]


def test_securesystemslib_verifies_the_envelope_and_in_toto_reads_the_statement(signed: Path) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from google.protobuf import json_format
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer._key import SSlibKey

    build = signed / "build"
    id = manifest(build)["keys"][0]
    key = SSlibKey.from_crypto(load_pem_public_key((signed / "keys/ed25519.pub.pem").read_bytes()), id)
    read = Envelope.from_dict(envelope(build))
    assert [*read.verify([key], 1)] == [id]
    # what both say is signed is the same bytes
    ours = dsse.decode((build / ATTESTATION).read_bytes())
    assert read.pae() == dsse.encoded_for_signing(ours.payload_type, ours.payload)
    read.payload += b" "
    with pytest.raises(VerificationError):
        read.verify([key], 1)

    message = statement_pb2.Statement()
    json_format.Parse(ours.payload, message)
    said = Statement.copy_from_pb(message)
    said.validate()
    assert said.pb.predicate_type == statement.PREDICATE_TYPE
    assert said.pb.subject[0].digest["sha256"] == Evidence(build).digest


def test_the_same_inputs_and_keys_give_the_same_bytes_but_for_attestation_and_newest_link(
    tmp_path: Path, signer: Signer
) -> None:
    root = fleet(tmp_path / "w", "one", "two")
    for name in ("a", "b"):
        for day in ("2026-10-31", "2026-11-01"):
            run(root, tmp_path / name, day)
        run(root, tmp_path / name, "2026-11-02", signer=signer)
    one, other = all_files(tmp_path / "a"), all_files(tmp_path / "b")
    assert {path for path in one if one[path] != other[path]} == {ATTESTATION, chain.path_of(3)}
    assert one.keys() == other.keys()


def test_nonces_hide_reports_and_differ_from_build_to_build(tmp_path: Path, signer: Signer) -> None:
    root = fleet(tmp_path / "w", "one", "two")
    run(root, tmp_path / "out", signer=signer)
    first = json.loads((tmp_path / "out/audit/nonces.json").read_bytes())["nonces"]
    run(root, tmp_path / "out", "2026-11-02", signer=signer)
    second = json.loads((tmp_path / "out/audit/nonces.json").read_bytes())["nonces"]
    nonces = {one["nonce"] for one in (*first, *second)}
    assert len(nonces) == 4
    assert b"nonces.json" not in (tmp_path / "out/manifest.json").read_bytes()


def test_no_byte_of_a_key_is_in_any_output(signed: Path) -> None:
    secrets = []
    for path in (signed / "keys").glob("*.key.pem"):
        key = load_pem_private_key(path.read_bytes(), None)
        raw = key.private_bytes_raw()  # type: ignore[union-attr]
        lines = path.read_bytes().splitlines()[1:-1]
        secrets += [raw, raw.hex().encode(), base64.b64encode(raw), *lines]
    secrets.append(load_signer(signed / "keys", None).secret().hex().encode())
    assert len(secrets) > 8
    for name, data in all_files(signed / "build").items():
        assert not [secret for secret in secrets if secret in data], name


def test_private_keys_are_the_users_alone(tmp_path: Path) -> None:
    make_keys(tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {name for name, mode in modes.items() if mode == 0o600} == {"ed25519.key.pem", "ml-dsa-65.key.pem"}
    umask = os.umask(0)
    os.umask(umask)
    assert {mode for name, mode in modes.items() if "pub" in name} == {0o644 & ~umask}


def test_an_unsigned_build_says_so_and_tells_damage(tmp_path: Path, signed: Path) -> None:
    target = tmp_path / "out"
    run(fleet(tmp_path / "w", "one"), target)
    assert manifest(target)["keys"] == []
    assert [path.name for path in (target / "audit/chain").iterdir()] == ["000001.json"]
    assert not {"attestation.dsse.json", "nonces.json"} & {path.name for path in (target / "audit").iterdir()}
    found = verify_build(Evidence(target), Keys())
    assert (found.signed, found.failed, told(found)) == (False, False, ["T712 out"])
    assert told(verified(target, signed / "keys"))[0] == "T703 manifest.json"
    (target / "tenants/one/settings.json").write_text("{}")
    assert "T705 tenants/one/settings.json" in told(verify_build(Evidence(target), Keys()))


def test_an_attestation_or_nonces_of_another_build_are_refused(signed: Path, tmp_path: Path, signer: Signer) -> None:
    run(fleet(tmp_path / "w", "one"), tmp_path / "other", signer=signer)
    for name, code in ((ATTESTATION, "T704"), ("audit/nonces.json", "T709")):
        build = copied(signed / "build", tmp_path / "build")
        (build / name).write_bytes((tmp_path / "other" / name).read_bytes())
        assert f"{code} {name}" in told(verified(build, signed / "keys"))
    earlier = dsse.document(dsse.decode((signed / "build" / ATTESTATION).read_bytes()))
    link = chain.decode((signed / "build" / chain.path_of(2)).read_bytes())
    assert link.envelope is not None
    assert dsse.document(link.envelope) != earlier
    build = copied(signed / "build", tmp_path / "build")
    (build / ATTESTATION).write_bytes(dsse.encode(link.envelope))
    assert f"T704 {ATTESTATION}" in told(verified(build, signed / "keys"))


def test_wrong_and_missing_keys_are_refused(signed: Path, tmp_path: Path) -> None:
    make_keys(tmp_path / "others")
    found = verified(signed / "build", tmp_path / "others")
    # two that signed and were not given, and two that were given and did not
    assert told(found).count(f"T703 {ATTESTATION}") == 4
    # the earlier link was signed by them, too, and that is a note
    assert [one.severity.value for one in found.diagnostics if one.code == "T713"] == ["note", "note"]
    (tmp_path / "half").mkdir()
    (tmp_path / "half/ed25519.pub.pem").write_bytes((signed / "keys/ed25519.pub.pem").read_bytes())
    assert f"T703 {ATTESTATION}" in told(verified(signed / "build", tmp_path / "half"))


def test_both_signatures_have_to_hold(signed: Path, tmp_path: Path) -> None:
    """Whoever breaks one algorithm has not signed: neither without the other nor with a false one beside it."""
    build = copied(signed / "build", tmp_path / "build")
    true = dsse.decode((build / ATTESTATION).read_bytes())
    for kept in ((0, 0), (0,), (1, 0)):
        signatures = tuple((true.signatures[at][0], true.signatures[at][1]) for at in kept)
        (build / ATTESTATION).write_bytes(dsse.encode(dsse.Envelope(true.payload_type, true.payload, signatures)))
        assert {one.partition(" ")[0] for one in told(verified(build, signed / "keys"))} & {"T703", "T704"}, kept


def test_a_partial_build_and_a_held_tenant_are_signed_whole(tmp_path: Path, signed: Path, signer: Signer) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target, signer=signer)
    fleet(root, "one", "two", overrides="limits.max_users: 3")
    assert run(root, target, tenants=("one",), signer=signer).written
    assert (verified(target, signed / "keys").diagnostics, payload(target)["predicate"]["tenants"]) == ([], 2)
    write(root, {"tenants/one.yaml": tenant("limits.max_users: 0").replace("acme", "one")})
    built = run(root, target, keep_going=True, signer=signer)
    assert (built.written, built.held) == (True, ["one"])
    assert (verified(target, signed / "keys").diagnostics, payload(target)["predicate"]["tenants"]) == ([], 2)


def test_files_that_seal_a_build_are_no_strangers(tmp_path: Path, signed: Path, signer: Signer) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target, signer=signer)
    (target / "audit/notes.txt").write_text("mine")
    built = run(root, target, "2026-11-02")
    assert codes(built) == ["T607"]
    assert (target / "audit/notes.txt").read_text() == "mine"
    assert not {"attestation.dsse.json", "nonces.json"} & {path.name for path in (target / "audit").iterdir()}
    (target / "audit/notes.txt").unlink()
    assert not verify_build(Evidence(target), public(signed / "keys").__class__()).failed


def test_a_build_of_another_signer_can_be_gone_on_with(tmp_path: Path, signer: Signer) -> None:
    root = signed_build(tmp_path)
    assert run(root / "workspace", root / "build", "2026-11-02", signer=signer).written
    found = verify_build(Evidence(root / "build"), Keys(signer.public, exactly=True))
    assert (found.failed, found.links) == (False, 4)
    assert {one.code for one in found.diagnostics} == {"T713"}


@pytest.mark.parametrize("what", ["as_of", "inputs", "policies", "waivers", "library", "tenants", "tree", "chain"])
def test_what_is_signed_has_to_be_what_the_manifest_says(
    signed: Path, tmp_path: Path, signer: Signer, what: str
) -> None:
    build = copied(signed / "build", tmp_path / "build")
    true = dsse.decode((build / ATTESTATION).read_bytes())
    said = statement.decode(true.payload_type, true.payload)
    lies = {"as_of": "2026-01-01", "tenants": 2, "tree": {"size": 7}, "chain": {"previous": "0" * 64}}
    lie = lies.get(what, {"count": 1, "sha256": "0" * 64})
    changed = said.predicate[what] | lie if isinstance(lie, dict) else lie
    false = statement.Statement(said.manifest, {**said.predicate, what: changed})
    envelope = signer.sign(true.payload_type, statement.encode(false))
    (build / ATTESTATION).write_bytes(dsse.encode(envelope))
    # as if the same had been said in its link
    link = chain.decode((build / chain.path_of(3)).read_bytes())
    sealed = chain.Link(3, link.as_of, link.previous, link.manifest, envelope)
    (build / chain.path_of(3)).write_bytes(chain.encode(sealed))
    assert told(verified(build, signed / "keys")) == [f"T708 {ATTESTATION}"]
