"""Settings to proven settings: JSON Schema, ceilings, locks, pairs and secrets."""
