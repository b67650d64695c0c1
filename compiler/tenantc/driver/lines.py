"""Which lines of an artifact another version of it says otherwise, or no longer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple, TypeAlias

# a line, with the keys that it stands under
_Line: TypeAlias = tuple[tuple[str, ...], str]
_BETWEEN = "---"
_CLOSING = ("}", "]", ")")


class _Piece(NamedTuple):
    """A document of a file: the number of its first line, and its lines."""

    first: int
    lines: list[_Line]

    @property
    def name(self) -> tuple[str, ...]:
        """What tells a Kubernetes object from the others in its file."""
        tops = [line for above, line in self.lines if not above]
        names = [line for above, line in self.lines if above == ("metadata",) and line.startswith("  name:")]
        return (*[line for line in tops if line.startswith("kind:")], *names)


def altered(old: str, new: str, beside: Collection[str] = ()) -> set[int]:
    """The numbers of the lines of `old`, from 1, that `new` does not have as they are.

    Lines are compared under what they stand under, and those of a Kubernetes object with those of the same one; objects
    of the kinds `beside` are not looked at.
    """
    if old == new:
        return set()
    ignored = {f"kind: {kind}" for kind in beside}
    found: set[int] = set()
    for piece, other in _pairs(_pieces(old), _pieces(new)):
        if not ignored.isdisjoint(piece.name):
            continue
        left, right = piece.lines, other.lines if other is not None else []
        if left == right:
            continue
        for kind, start, end, _, _ in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            if kind in {"replace", "delete"}:
                found |= {piece.first + number for number in range(start, end)}
    return found


@lru_cache(maxsize=2)
def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = [_Piece(1, [])]
    # of each line that the next may stand under: how deep it stands, its key, and the keys from the top to it
    above: list[tuple[int, str, tuple[str, ...]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line == _BETWEEN:
            found.append(_Piece(number + 1, []))
            above.clear()
            continue
        bare = line.lstrip(" ")
        depth = len(line) - len(bare)
        before = ""
        while above and above[-1][0] >= depth:
            _, before, _ = above.pop()
        under = above[-1][2] if above else ()
        # a bracket belongs to what it closes, and the last entry of a JSON object has no comma
        found[-1].lines.append(((*under, before) if bare[:1] in _CLOSING else under, line.removesuffix(",")))
        key = bare.partition(":")[0]
        above.append((depth, key, (*under, key)))
    return found


def _pairs(old: list[_Piece], new: list[_Piece]) -> Iterator[tuple[_Piece, _Piece | None]]:
    """Each document with the new one of its name, or what is left of its kind, in order; None if there is none."""
    names = {piece.name: piece for piece in new}
    rest: list[_Piece] = []
    for piece in old:
        same = names.pop(piece.name, None)
        if same is None:
            rest.append(piece)
        else:
            yield piece, same
    for piece in rest:
        name = next((name for name in names if name[:1] == piece.name[:1]), None)
        yield piece, names.pop(name) if name is not None else None
