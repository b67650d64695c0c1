# Sign in again before these three.
package rules["session-reauth-sensitive-actions"]

import rego.v1

required contains "again"

holds["again"] := data.words.all_of(input.security.session_config.reauth_for, {
	"change_factor",
	"export_data",
	"delete_tenant",
})
