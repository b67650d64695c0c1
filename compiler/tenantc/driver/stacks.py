"""What hardening makes of stacks, kept between runs: a hook checks a tenant on a stack that hardly ever changes."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver import cache, library
from tenantc.model.layer import Definition
from tenantc.model.stack import StackKey
from tenantc.model.verdict import Verdict
from tenantc.source.frozen import Frozen


class Settled(Frozen):
    """What rules make of a stack: the definitions that harden it, contradictions, and the verdicts on the result."""

    written: tuple[Definition, ...]
    contradictions: tuple[Diagnostic, ...]
    verdicts: tuple[Verdict, ...]


class StackMemory:
    """What was settled for the stacks of one state of a workspace's shared files (path: bytes), as of one day."""

    def __init__(self, inputs: Mapping[str, bytes], as_of: str) -> None:
        parts = [part for name, data in inputs.items() for part in (name.encode(), data)]
        self._state = cache.key(b"stacks", library.state(), as_of.encode(), *parts).encode()

    def get(self, stack: StackKey) -> Settled | None:
        found = cache.get(self._key(stack))
        return found if isinstance(found, Settled) else None

    def put(self, stack: StackKey, settled: Settled) -> None:
        cache.put(self._key(stack), settled)

    def _key(self, stack: StackKey) -> str:
        return cache.key(self._state, repr(stack).encode())
