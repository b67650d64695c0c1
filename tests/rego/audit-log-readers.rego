# Somebody reads it, and not everybody.
package rules["audit-log-readers"]

import rego.v1

readers := input.monitoring.logging.audit.read_roles

required contains "somebody" if data.words.under({"pci_dss", "fedramp"})

required contains "not everybody" if data.words.under({"pci_dss", "fedramp"})

holds["somebody"] := data.words.filled(readers)

holds["not everybody"] := data.words.any_of(readers, {"*"}) == false
