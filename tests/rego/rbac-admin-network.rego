# Administrators come from named networks, and none of these is the whole internet.
package rules["rbac-admin-network"]

import rego.v1

networks := input.security.access_control.admin_allowed_cidrs

asked if data.words.under({"fedramp"})

asked if data.words.graded({"enterprise", "custom"})

required contains "named" if asked

required contains "not anywhere" if asked

holds["named"] := data.words.filled(networks)

anywhere := [network | some network in networks; endswith(network, "/0")]

holds["not anywhere"] := count(anywhere) == 0 if is_array(networks)
