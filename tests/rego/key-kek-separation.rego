# The key over the keys is stored elsewhere and as strong as they are.
package rules["key-kek-separation"]

import rego.v1

encryption := input.security.encryption_config

needed := 128 if encryption.algorithm == "AES-128-GCM"

needed := 256 if encryption.algorithm != "AES-128-GCM"

required contains "elsewhere" if data.words.under({"pci_dss"})

required contains "as strong" if data.words.under({"pci_dss"})

holds["elsewhere"] := encryption.keys.kek_separate

holds["as strong"] := encryption.keys.kek_strength_bits >= needed
