"""One writer per format, and the only places where YAML, JSON, Terraform and SQL are spelled."""
