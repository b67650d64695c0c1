# No scope means everything, and none is asked for that isn't allowed.
package rules["integration-least-scope"]

import rego.v1

asking := [vendor | some vendor in data.words.vendors; vendor.scopes]

everything(scope) if regex.match(`(^|[^A-Za-z0-9])([*]|(?i:all|full_access|root))([^A-Za-z0-9]|$)`, scope)

required contains "not everything"

required contains "allowed"

holds["not everything"] := count([scope | some vendor in asking; some scope in vendor.scopes; everything(scope)]) == 0

holds["allowed"] := false if {
	some vendor in asking
	vendor.allowed_scopes
	data.words.only(vendor.scopes, {scope | some scope in vendor.allowed_scopes}) == false
}

holds["allowed"] := true if {
	every vendor in asking {
		allowed := vendor.allowed_scopes
		data.words.only(vendor.scopes, {scope | some scope in allowed})
	}
}
