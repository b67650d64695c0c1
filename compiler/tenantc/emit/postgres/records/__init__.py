"""What tenantc keeps of tenants in a database: limits, usage, audit events, what people ask for and agree to."""
