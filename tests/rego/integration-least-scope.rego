# No scope means everything, and none is asked for that isn't allowed.
package rules["integration-least-scope"]

import rego.v1

asking := [vendor | some vendor in data.words.vendors; vendor.scopes]

everything(scope) if regex.match(`(^|[^a-z0-9])([*]|all|full_access|root)([^a-z0-9]|$)`, lower(scope))

required contains "not everything"

required contains "allowed"

holds["not everything"] := count([scope | some vendor in asking; some scope in vendor.scopes; everything(scope)]) == 0

holds["allowed"] := false if {
	some vendor in asking
	data.words.within_list(vendor.scopes, vendor.allowed_scopes) == false
}

holds["allowed"] := true if {
	every vendor in asking {
		data.words.within_list(vendor.scopes, vendor.allowed_scopes)
	}
}
