# Nobody gets past the second factor, or only until a day that is not over.
package rules["mfa-no-bypass"]

import rego.v1

mfa := input.security.mfa_config

required contains "no way past" if data.words.under({"pci_dss"})

holds["no way past"] := true if count(mfa.bypass_roles) == 0

holds["no way past"] := true if mfa.bypass_until >= input.as_of

holds["no way past"] := false if {
	count(mfa.bypass_roles) > 0
	mfa.bypass_until < input.as_of
}
