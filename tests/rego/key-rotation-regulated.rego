# Ninety days.
package rules["key-rotation-regulated"]

import rego.v1

required contains "ninety days" if data.words.under({"hipaa", "pci_dss"})

holds["ninety days"] := data.words.at_most(input.security.encryption_config.key_rotation_days, 90)
