# Half an hour at least, for ever among them, or until the user has proved who it is.
package rules["password-lockout-duration"]

import rego.v1

policy := input.security.password_policy

required contains "locked" if data.words.under({"pci_dss"})

holds["locked"] := true if data.words.at_most(30, policy.lockout_duration_minutes)

holds["locked"] := true if policy.unlock == "identity_verified"

holds["locked"] := false if {
	data.words.at_most(30, policy.lockout_duration_minutes) == false
	policy.unlock != "identity_verified"
}
