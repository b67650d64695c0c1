# Whoever leaves is shut out within four hours (FedRAMP), one (PCI DSS) or a day (HIPAA); the setting counts minutes.
package rules["rbac-termination-sla"]

import rego.v1

minutes := input.security.access_control.revoke_on_termination_within_minutes

required contains "four hours" if data.words.under({"fedramp"})

required contains "an hour" if data.words.under({"pci_dss"})

required contains "a day" if data.words.under({"hipaa"})

holds["four hours"] := minutes <= 240

holds["an hour"] := minutes <= 60

holds["a day"] := minutes <= 1440
