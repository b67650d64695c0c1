# FedRAMP: gone after four days.
package rules["rbac-temporary-accounts"]

import rego.v1

required contains "four days" if data.words.under({"fedramp"})

holds["four days"] := data.words.at_most(input.security.access_control.temporary_account_ttl_hours, 96)
