# Some data is named, and for each it is known when it goes.
package rules["data-retention-declared"]

import rego.v1

categories := object.get(input, ["compliance", "data_governance", "categories"], {})

required contains "named" if data.words.under({"gdpr", "ccpa", "pci_dss"})

required contains "an end" if data.words.under({"gdpr", "ccpa", "pci_dss"})

holds["named"] := count(categories) > 0

holds["an end"] := false if {
	some category in categories
	category.retention_days == "unlimited"
}

holds["an end"] := true if {
	every category in categories {
		category.retention_days != "unlimited"
	}
}
