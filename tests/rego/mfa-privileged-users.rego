# Administrators, be it as a part of everybody.
package rules["mfa-privileged-users"]

import rego.v1

required contains "administrators"

holds["administrators"] := data.words.any_of(input.security.mfa_config.required_for, {"admins", "all_users"})
