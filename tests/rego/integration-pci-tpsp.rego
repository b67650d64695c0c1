# Who may receive card data has attested, has agreed who does what, and was looked at in the last 365 days.
package rules["integration-pci-tpsp"]

import rego.v1

vendors := [vendor |
	some vendor in data.words.vendors
	object.get(vendor, "enabled", true)
	object.get(vendor, "receives_account_data", true)
]

required contains "papers" if data.words.under({"pci_dss"})

required contains "a year" if data.words.under({"pci_dss"})

holds["papers"] := false if {
	some vendor in vendors
	some paper in ["pci_aoc", "pci_responsibility"]
	vendor[paper] == ""
}

holds["papers"] := true if {
	every vendor in vendors {
		vendor.pci_aoc != ""
		vendor.pci_responsibility != ""
	}
}

holds["a year"] := false if {
	some vendor in vendors
	data.words.day(input.as_of) - data.words.day(vendor.pci_reviewed_on) > 365
}

holds["a year"] := true if {
	every vendor in vendors {
		data.words.day(input.as_of) - data.words.day(vendor.pci_reviewed_on) <= 365
	}
}
