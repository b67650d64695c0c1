"""Signs builds for tests: keys, a small signed build, and what verifying it says."""

from __future__ import annotations

import shutil
from pathlib import Path

from tenantc.driver.evidence import Evidence, Keys
from tenantc.driver.keys import Signer, generate, load_public, load_signer
from tenantc.driver.verification import Verification, verify_build, verify_proof
from tests.building import fleet, run
from tests.compiling import write

ENVIRONMENTS = "environment: staging\n---\nenvironment: production\n"


def make_keys(folder: Path) -> Signer:
    """New keys without a passphrase, in a folder."""
    generate(folder, None)
    return load_signer(folder, None)


def public(folder: Path) -> Keys:
    return Keys(load_public(folder), exactly=True)


def signed_build(root: Path) -> Path:
    """A folder that holds `keys`, a `workspace` of three tenants in two environments, and a `build` of it.

    The build is the third of its chain, after an unsigned and a signed one.
    """
    signer = make_keys(root / "keys")
    workspace = write(fleet(root / "workspace", "one", "two", "three"), {"environments/e.yaml": ENVIRONMENTS})
    target = root / "build"
    assert run(workspace, target, "2026-10-30").written
    assert run(workspace, target, "2026-10-31", signer=signer).written
    assert run(workspace, target, signer=signer).written
    return root


def verified(build: Path, keys: Path) -> Verification:
    return verify_build(Evidence(build), public(keys))


def proven(folder: Path, keys: Path) -> Verification:
    return verify_proof(folder, public(keys))


def told(found: Verification) -> list[str]:
    """What does not match: codes and the paths they name."""
    return [f"{one.code} {dict(one.facts)['path']}" for one in found.diagnostics]


def copied(build: Path, to: Path) -> Path:
    """A copy of a build that may be changed."""
    if to.exists():
        shutil.rmtree(to)
    shutil.copytree(build, to, symlinks=True)
    return to
