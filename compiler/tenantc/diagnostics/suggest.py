"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` is most likely a slip of, or None if none is close."""
    import difflib

    names = sorted(set(candidates))
    folded = {name.casefold().replace("-", "_"): name for name in reversed(names)}
    exact = folded.get(word.casefold().replace("-", "_"))
    if exact is not None and exact != word:
        return exact
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
    return close[0] if close else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """The help line for a slip, or an empty text."""
    found = nearest(word, candidates)
    return f"did you mean `{found}`?" if found is not None else ""
