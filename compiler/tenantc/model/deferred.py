"""A value that other settings decide."""

from __future__ import annotations


class Deferred:
    """What stands in a definition in place of a value until the settings it refers to are known.

    The expressions and texts of `language.syntax` are the only ones.
    """

    __slots__ = ()
