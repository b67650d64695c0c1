"""Expressions: what `${…}` holds, from text to a value."""
