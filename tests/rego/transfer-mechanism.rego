# Each transfer has a ground, or ends inside the European Economic Area. Who lets data cross borders names a transfer.
package rules["transfer-mechanism"]

import rego.v1

transfers := object.get(input, ["compliance", "data_governance", "transfers"], {})

area := {
	"eea", "eu",
	"dk", "ee", "fi", "is", "lt", "lv", "no", "se",
	"at", "be", "de", "es", "fr", "ie", "it", "li", "lu", "mt", "nl", "pt",
	"bg", "cy", "cz", "gr", "hr", "hu", "pl", "ro", "si", "sk",
}

required contains "grounds" if data.words.under({"gdpr"})

required contains "named" if data.words.under({"gdpr"})

# Every ground that can be stated is one in law, so nothing is known to be without: it is stated or it isn't.
grounded(transfer) if transfer.mechanism

grounded(transfer) if transfer.destination in area

holds["grounds"] := true if {
	every transfer in transfers {
		grounded(transfer)
	}
}

default named := true

named := false if {
	input.compliance.data_governance.cross_border_transfers
	count(transfers) == 0
}

holds["named"] := named
