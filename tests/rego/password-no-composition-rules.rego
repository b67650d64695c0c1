# No kind of character is demanded.
package rules["password-no-composition-rules"]

import rego.v1

policy := input.security.password_policy

demands := {policy.require_special_chars, policy.require_numbers, policy.require_uppercase, policy.require_lowercase}

required contains "none demanded" if data.words.under({"fedramp", "nist_800_63b"})

holds["none demanded"] := demands == {false}
