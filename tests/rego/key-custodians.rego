# At most three roles see keys, and none of them is a pattern.
package rules["key-custodians"]

import rego.v1

roles := input.security.encryption_config.keys.cleartext_access_roles

required contains "three" if data.words.under({"pci_dss"})

required contains "by name" if data.words.under({"pci_dss"})

holds["three"] := count(roles) <= 3

patterns := [role | some role in roles; contains(role, "*")]

holds["by name"] := count(patterns) == 0 if is_array(roles)
