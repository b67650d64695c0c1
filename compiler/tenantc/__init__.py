"""tenantc: the tenant configuration compiler."""

__version__ = "0.1.0"
