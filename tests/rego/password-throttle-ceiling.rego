# A hundred tries at most.
package rules["password-throttle-ceiling"]

import rego.v1

required contains "a hundred"

holds["a hundred"] := data.words.at_most(input.security.password_policy.lockout_attempts, 100)
