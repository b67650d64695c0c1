"""Judges tenants by rules."""
