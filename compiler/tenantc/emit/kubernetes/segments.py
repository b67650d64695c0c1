"""Which parts of the tenant's network the platform's workloads stand in, and who may reach each.

Settings describe the parts, tenantc.yaml says which workload stands in which. A part without workloads lies outside the
namespace: it is where the traffic comes from that other namespaces let in.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Unsupported
from tenantc.emit.kubernetes.workload import WORKLOADS
from tenantc.source.frozen import Frozen
from tenantc.source.value import Record

SEGMENTS: Final = "infrastructure.network.segments"
CARDS: Final = "cde"
"""The zone of the systems that handle cards."""


class Sources(Frozen):
    """Who reaches a workload: `beside`, the workloads of its own part; `others`, those of parts that are let in.

    `outside` says that what other namespaces let in may come, too.
    """

    beside: tuple[str, ...]
    others: tuple[str, ...]
    outside: bool


def sources(name: str, segments: Record, workloads: Record) -> Sources | Unsupported:
    """Who reaches a workload of a network that has parts."""
    held = {other: _segment(workloads, other) for other in workloads}
    own = held[name]
    if own is None:
        said = f"say in tenantc.yaml in which part `{name}` stands, as `segment` of this workload"
        return Unsupported(f"{WORKLOADS}.{name}.segment", (said, f"describe no `{SEGMENTS}`"))
    if own not in segments:
        return Unsupported(f"{SEGMENTS}.{own}", (f"describe `{own}`, in which `{name}` stands",))
    let_in = _reachable_from(segments, own)
    unknown = next((other for other in let_in if other not in segments), None)
    if unknown is not None:
        return Unsupported(
            f"{SEGMENTS}.{own}.reachable_from", (f"describe `{unknown}`, from which `{own}` is reachable",)
        )
    beside = tuple(other for other, segment in held.items() if segment == own)
    others = tuple(other for other, segment in held.items() if segment in let_in and segment != own)
    return Sources(beside, others, any(segment not in held.values() for segment in let_in))


def handles_cards(segments: Record) -> bool:
    """Whether a part is for the systems that handle cards."""
    return any(isinstance(one, Record) and one.get("zone") == CARDS for one in segments.values())


def _segment(workloads: Record, name: str) -> str | None:
    workload = workloads[name]
    stated = workload.get("segment") if isinstance(workload, Record) else None
    return None if stated is None else str(stated)


def _reachable_from(segments: Record, name: str) -> tuple[str, ...]:
    one = segments[name]
    stated = one.get("reachable_from") if isinstance(one, Record) else None
    return tuple([str(other) for other in stated]) if isinstance(stated, tuple) else ()
