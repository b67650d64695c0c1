# Neither e-mail nor voice.
package rules["mfa-no-weak-channels"]

import rego.v1

required contains "strong channels" if data.words.graded({"enterprise", "custom"})

weak contains method if {
	some method in input.security.mfa_config.methods
	method in {"email", "voice"}
}

holds["strong channels"] := count(weak) == 0
