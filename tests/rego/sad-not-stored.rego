# Some data is named, and what may be card verification codes is said to go.
package rules["sad-not-stored"]

import rego.v1

categories := object.get(input, ["compliance", "data_governance", "categories"], {})

codes := [category |
	some category in categories
	object.get(category, "kind", "cardholder_auth") == "cardholder_auth"
]

required contains "named" if data.words.under({"pci_dss"})

required contains "gone" if data.words.under({"pci_dss"})

holds["named"] := count(categories) > 0

holds["gone"] := false if {
	some category in codes
	category.kept_after_authorization
}

holds["gone"] := true if {
	every category in codes {
		category.kept_after_authorization == false
	}
}
