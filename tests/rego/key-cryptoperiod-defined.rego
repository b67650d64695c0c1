# Some day the key is replaced.
package rules["key-cryptoperiod-defined"]

import rego.v1

required contains "an end" if data.words.under({"pci_dss"})

holds["an end"] := input.security.encryption_config.key_rotation_days != "unlimited"
