# No role but that for emergencies may have `*`, `*:*`, `*.*.*` and the like. A role whose permissions nobody states
# is not known to be fine.
package rules["rbac-no-wildcard-permissions"]

import rego.v1

roles[name] := role if {
	some name, role in object.get(input, ["security", "access_control", "roles"], {})
	name != "break_glass"
}

everything(permission) if regex.match(`^[*]([:.][*])*$`, permission)

required contains "no wildcard"

holds["no wildcard"] := false if {
	some role in roles
	some permission in role.permissions
	everything(permission)
}

harmless(role) if {
	permissions := role.permissions
	count([permission | some permission in permissions; everything(permission)]) == 0
}

holds["no wildcard"] := true if {
	every role in roles {
		harmless(role)
	}
}
