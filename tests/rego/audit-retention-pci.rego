# A year, or longer, or for ever.
package rules["audit-retention-pci"]

import rego.v1

required contains "a year" if data.words.under({"pci_dss"})

holds["a year"] := data.words.at_most(365, input.monitoring.logging.audit.retention_days)
