# Clocks go by something; those of federal tenants are off by a second at most.
package rules["log-time-sync"]

import rego.v1

required contains "a source" if data.words.under({"pci_dss", "fedramp"})

required contains "a second" if data.words.under({"fedramp"})

holds["a source"] := data.words.stated(["monitoring", "logging", "time_sync", "source"])

holds["a second"] := input.monitoring.logging.time_sync.max_drift_seconds <= 1
