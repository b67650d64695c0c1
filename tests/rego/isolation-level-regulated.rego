# Not in the tables of others.
package rules["isolation-level-regulated"]

import rego.v1

required contains "apart" if data.words.under({"hipaa", "pci_dss", "fedramp"})

holds["apart"] := data.words.one_of(input.infrastructure.isolation_level, {"schema", "database", "cluster"})
