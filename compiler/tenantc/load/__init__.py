"""Text to documents: parses YAML and JSON, and reads specs, layers and schemas; every value keeps its span."""
