"""The reports of a build: what was decided for each tenant, for which control, by which rule, and from which line."""
