"""A command that was called wrongly."""

from __future__ import annotations


class UsageError(Exception):
    """What is wrong with how a command was called; click says it with the command's usage."""
