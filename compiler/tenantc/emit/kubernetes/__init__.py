"""The Kubernetes target: a tenant's namespace, what it may use, who may reach it and who may work in it."""
