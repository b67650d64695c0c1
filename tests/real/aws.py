"""An emulator of AWS (moto), which `terraform apply` talks to. It enforces no IAM and lacks some kinds of resources."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real import parts
from tests.real.terraform import Terraform

# what the emulator takes and then does not tell: Terraform would say it again, each time
_FORGOTTEN = {
    "aws_kms_key": {"rotation_period_in_days"},
    "aws_s3_bucket_notification": {"eventbridge"},
    "aws_s3_bucket_replication_configuration": {"rule"},
}
# seconds until it answers: it imports some hundred services
_START = 60


@dataclass(frozen=True)
class Aws:
    """The emulator's address."""

    url: str

    def use(self, root: Path) -> None:
        """Makes a root's providers speak to the emulator, by a file that overrides what they say."""
        stated = json.loads((root / "provider.tf.json").read_bytes())["provider"]["aws"]
        blocks = stated if isinstance(stated, list) else [stated]
        # a server of one process drops a connection now and then
        here = {"access_key": "none", "secret_key": "none", "s3_use_path_style": True, "max_retries": 5}
        asked = [{**here, **({"alias": one["alias"]} if "alias" in one else {})} for one in blocks]
        (root / "emulator_override.tf.json").write_text(json.dumps({"provider": {"aws": asked}}))


@contextmanager
def emulator() -> Iterator[Aws]:
    parts.need(parts.AWS)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port, server)
        yield Aws(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait()


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end and server.poll() is None:
        with closing(socket.socket()) as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the emulator of AWS does not answer", pytrace=False)


def init(terraform: Terraform, root: Path) -> None:
    done = terraform.run(root, "init", "-input=false", "-no-color")
    assert done.returncode == 0, done.stderr


def apply(terraform: Terraform, root: Path) -> str:
    """Applies a root, and gives what Terraform says."""
    done = terraform.run(root, "apply", "-input=false", "-no-color", "-auto-approve")
    assert done.returncode == 0, done.stderr
    return done.stdout


def changes(terraform: Terraform, root: Path) -> dict[str, list[str]]:
    """What Terraform would still do, by address; without what stays as it is."""
    done = terraform.run(root, "plan", "-input=false", "-no-color", "-out=plan")
    assert done.returncode == 0, done.stderr
    planned: dict[str, Any] = json.loads(terraform.run(root, "show", "-json", "plan").stdout)
    return {
        one["address"]: one["change"]["actions"]
        for one in planned.get("resource_changes", [])
        if one["change"]["actions"] not in (["no-op"], ["read"]) and not _is_forgotten(one)
    }


def _is_forgotten(one: dict[str, Any]) -> bool:
    """Whether all that would change is what the emulator does not tell."""
    before, after = one["change"]["before"] or {}, one["change"]["after"] or {}
    different = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return one["change"]["actions"] == ["update"] and different <= _FORGOTTEN.get(one["type"], set())
