# The copy lies elsewhere than the log.
package rules["audit-log-central-copy"]

import rego.v1

audit := input.monitoring.logging.audit

required contains "elsewhere" if data.words.under({"pci_dss"})

holds["elsewhere"] := audit.sink != audit.store
