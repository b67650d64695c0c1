# Who asks for what no policy allows gets nothing.
package rules["rbac-default-deny"]

import rego.v1

required contains "denied"

holds["denied"] := input.security.access_control.default_policy == "deny"
