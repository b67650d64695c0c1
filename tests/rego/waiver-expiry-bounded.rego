# No waiver of the tenant's ends more than 365 days from now, and each says why and by whom.
package rules["waiver-expiry-bounded"]

import rego.v1

waivers := object.get(input, "waivers", {})

required contains "bounded"

long contains waiver if {
	some waiver in waivers
	data.words.day(waiver.until) - data.words.day(input.as_of) > 365
}

holds["bounded"] := count(long) == 0

required contains "signed"

holds["signed"] := count([waiver | some waiver in waivers; "" in {waiver.approver, waiver.reason}]) == 0
