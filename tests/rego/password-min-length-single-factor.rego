# Fifteen characters where there is no second factor.
package rules["password-min-length-single-factor"]

import rego.v1

required contains "fifteen" if input.security.mfa_config.required == false

holds["fifteen"] := input.security.password_policy.min_length >= 15
