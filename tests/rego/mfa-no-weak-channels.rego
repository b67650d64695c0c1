# Neither e-mail nor voice.
package rules["mfa-no-weak-channels"]

import rego.v1

required contains "strong channels" if data.words.graded({"enterprise", "custom"})

holds["strong channels"] := count([method |
	some method in input.security.mfa_config.methods
	method in {"email", "voice"}
]) == 0
