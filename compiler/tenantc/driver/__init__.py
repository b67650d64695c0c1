"""Puts the stages together, and is the only room that touches files, clock and environment."""
