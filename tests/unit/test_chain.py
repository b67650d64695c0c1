"""The chain of builds: what adds a link and what does not, and how a broken one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenantc.audit import chain
from tenantc.driver.evidence import Evidence, Examination, Keys
from tenantc.driver.keys import load_signer
from tenantc.driver.verification import verify_build
from tests.building import all_files, codes, fleet, manifest, run
from tests.compiling import tenant, write
from tests.signing import copied, make_keys, told, verified


def links(build: Path) -> list[int]:
    return sorted(Evidence(build).links)


def broken(build: Path) -> list[str]:
    """What the evidence of a build, signed or not, does not hold by."""
    found = Examination(Evidence(build), Keys()).found
    return [f"{one.code} {dict(one.facts)['path']}" for one in found]


def test_a_build_without_a_change_adds_no_link_and_touches_nothing(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    assert not run(root, target).unchanged
    before, inode = all_files(target), target.stat().st_ino
    built = run(root, target)
    assert (built.written, built.unchanged) == (True, True)
    assert (all_files(target), target.stat().st_ino) == (before, inode)
    assert not run(root, target, "2026-11-02").unchanged
    assert links(target) == [1, 2]


def test_a_change_of_keys_or_of_the_build_itself_adds_a_link(tmp_path: Path, signed: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    signer = load_signer(signed / "keys", None)
    for number, one in enumerate((None, signer, make_keys(tmp_path / "keys"), None), 1):
        assert not run(root, target, signer=one).unchanged
        assert run(root, target, signer=one).unchanged
        assert links(target) == [*range(1, number + 1)]
    (target / "tenants/one/settings.json").write_text("{}")
    assert not run(root, target).unchanged
    assert json.loads((target / "tenants/one/settings.json").read_bytes())["tenant"]["id"] == "one"
    assert links(target) == [1, 2, 3, 4, 5]


def test_a_damaged_seal_is_no_build_without_a_change(tmp_path: Path, signed: Path) -> None:
    root, target, signer = fleet(tmp_path / "w", "one"), tmp_path / "out", load_signer(signed / "keys", None)
    run(root, target, signer=signer)
    (target / "audit/nonces.json").write_text("{}")
    assert not run(root, target, signer=signer).unchanged
    assert not verified(target, signed / "keys").failed


def test_each_link_holds_the_digest_of_the_one_before_and_of_its_manifest(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    digests = []
    for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
        run(root, target, day)
        digests.append(Evidence(target).digest)
    held = [chain.decode(data) for _, data in sorted(Evidence(target).links.items())]
    assert [link.manifest for link in held] == digests
    assert [link.as_of for link in held] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert held[0].previous is None
    follows = manifest(target)["previous"]
    assert follows == {"manifest": digests[1], "link": held[2].previous}
    assert broken(target) == []


def test_another_build_may_be_gone_on_with_or_none(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one")
    for day in ("2026-10-30", "2026-10-31"):
        run(root, tmp_path / "released", day)
    assert run(root, tmp_path / "out", previous=tmp_path / "released").written
    assert links(tmp_path / "out") == [1, 2, 3]
    assert run(root, tmp_path / "out", previous=tmp_path / "released").unchanged, "it was made after that one already"
    assert broken(tmp_path / "out") == []
    assert run(root, tmp_path / "out", fresh=True).written
    assert (links(tmp_path / "out"), manifest(tmp_path / "out")["previous"]) == ([1], None)
    assert run(root, tmp_path / "out", fresh=True).unchanged
    assert links(tmp_path / "released") == [1, 2]


def test_no_build_is_made_after_a_broken_one(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    for day in ("2026-10-30", "2026-10-31"):
        run(root, target, day)
    (target / chain.path_of(1)).write_text("{}")
    built = run(root, target)
    assert (codes(built), built.written) == (["T714"], False)
    assert codes(run(root, tmp_path / "new", previous=target)) == ["T714"]
    assert codes(run(root, tmp_path / "new", previous=tmp_path / "nowhere")) == ["T714"]
    assert run(root, target, fresh=True).written
    assert not verify_build(Evidence(target), Keys()).failed


def test_a_build_from_before_there_were_links_begins_a_chain(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    old = manifest(target)
    del old["previous"], old["keys"]
    (target / "manifest.json").write_text(json.dumps(old))
    (target / chain.path_of(1)).unlink()
    assert told(verify_build(Evidence(target), Keys())) == ["T712 out"]
    assert run(root, target).written
    assert (links(target), manifest(target)["previous"]["link"], broken(target)) == ([1], None, [])


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_link_that_is_missing_rewritten_or_moved_is_named(tmp_path: Path, signed: Path, is_signed: bool) -> None:
    if is_signed:
        whole = signed / "build"
    else:
        whole = tmp_path / "whole"
        root = fleet(tmp_path / "w", "one")
        for day in ("2026-10-30", "2026-10-31", "2026-11-01"):
            run(root, whole, day)
    paths = [chain.path_of(number) for number in (1, 2, 3)]

    def changed() -> Path:
        return copied(whole, tmp_path / "build")

    assert broken(whole) == []
    for path in paths:
        build = changed()
        (build / path).unlink()
        assert broken(build) == [f"T710 {path}"]
    for number, path in enumerate(paths, 1):
        build = changed()
        link = chain.decode((build / path).read_bytes())
        rewritten = chain.Link(number, "2026-01-01", link.previous, link.manifest, link.envelope)
        (build / path).write_bytes(chain.encode(rewritten))
        assert broken(build) == [f"T710 {path}"]
    build = changed()
    (build / paths[0]).rename(build / "away")
    (build / paths[1]).rename(build / paths[0])
    (build / "away").rename(build / paths[1])
    assert broken(build) == [f"T710 {paths[1]}", f"T710 {paths[0]}"]


def test_a_number_that_somebody_made_up_costs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    run(fleet(tmp_path / "w", "one"), target)
    (target / chain.path_of(10**15)).write_text("{}")
    found = broken(target)
    assert f"T710 {chain.path_of(10**15)}" in found
    assert len(found) < 200


def test_an_earlier_signature_stays_checkable(signed: Path, tmp_path: Path) -> None:
    """A link whose envelope was signed by another key of the same name is told, though its digest fits."""
    build, keys = signed / "build", Keys(load_signer(signed / "keys", None).public)
    link = chain.decode((build / chain.path_of(2)).read_bytes())
    assert link.envelope is not None
    assert keys.check(chain.path_of(2), link.envelope) == []
    forged = make_keys(tmp_path / "others").sign(link.envelope.payload_type, link.envelope.payload)
    (first, _), (second, _) = link.envelope.signatures
    signatures = ((first, forged.signatures[0][1]), (second, forged.signatures[1][1]))
    envelope = link.envelope.__class__(link.envelope.payload_type, link.envelope.payload, signatures)
    assert [one.code for one in keys.check(chain.path_of(2), envelope)] == ["T704", "T704"]


def test_a_link_with_the_envelope_of_another_build_is_told(tmp_path: Path, signed: Path) -> None:
    """Even whoever writes the whole chain anew can't give a link what was signed of another build."""
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    true = chain.decode((signed / "build" / chain.path_of(2)).read_bytes())
    run(root, target, "2026-10-31")
    first = chain.decode((target / chain.path_of(1)).read_bytes())
    (target / chain.path_of(1)).write_bytes(
        chain.encode(chain.Link(1, first.as_of, None, first.manifest, true.envelope))
    )
    assert codes(run(root, target)) == ["T714"]
    forged = (target / chain.path_of(1)).read_bytes()
    links = {1: forged, 2: b""}
    newest = chain.Link(2, "2026-11-01", Evidence(target).newest(), "0" * 64, None)
    held = chain.Chain(links | {2: chain.encode(newest)}, newest, first.manifest)
    [problem] = held.problems(lambda *_: [])
    assert "holds the envelope of another" in problem.message


def test_a_tenant_that_is_named_adds_a_link_once(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    assert not run(root, target, tenants=("one",)).unchanged, "the manifest says that it is partial"
    assert run(root, target, tenants=("one",)).unchanged
    write(root, {"tenants/two.yaml": tenant("limits.max_users: 2").replace("acme", "two")})
    assert not run(root, target, tenants=("two",)).unchanged
    assert links(target) == [1, 2, 3]
