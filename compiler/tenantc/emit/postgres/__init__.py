"""The SQL target: what keeps tenants apart in PostgreSQL, at each isolation level."""
