# Whoever pays.
package rules["mfa-required-paid-tiers"]

import rego.v1

required contains "a second factor" if not data.words.graded({"free"})

holds["a second factor"] := input.security.mfa_config.required
