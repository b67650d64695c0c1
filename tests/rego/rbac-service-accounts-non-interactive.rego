# A program's account in which people may sign in (as in any that doesn't say otherwise) ends on a day to come.
package rules["rbac-service-accounts-non-interactive"]

import rego.v1

accounts := [account |
	some account in object.get(input, ["security", "access_control", "service_accounts"], {})
	object.get(account, "interactive", true)
]

required contains "an end to come" if data.words.under({"pci_dss"})

holds["an end to come"] := false if {
	some account in accounts
	account.interactive_until < input.as_of
}

holds["an end to come"] := true if {
	every account in accounts {
		account.interactive_until >= input.as_of
	}
}
