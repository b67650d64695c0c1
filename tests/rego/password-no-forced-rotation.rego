# Passwords live for ever.
package rules["password-no-forced-rotation"]

import rego.v1

required contains "for ever" if data.words.under({"fedramp", "nist_800_63b"})

holds["for ever"] := input.security.password_policy.max_age_days == "unlimited"
