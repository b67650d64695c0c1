# Digits, and letters of either case.
package rules["password-alphanumeric-pci"]

import rego.v1

policy := input.security.password_policy

required contains "digits" if data.words.under({"pci_dss"})

required contains "letters" if data.words.under({"pci_dss"})

holds["digits"] := policy.require_numbers

holds["letters"] := true in {policy.require_uppercase, policy.require_lowercase}
