# Who may receive health data has signed.
package rules["integration-baa"]

import rego.v1

vendors := [vendor |
	some vendor in data.words.vendors
	object.get(vendor, "enabled", true)
	object.get(vendor, "receives_health_data", true)
]

required contains "signed" if data.words.under({"hipaa"})

holds["signed"] := false if {
	some vendor in vendors
	vendor.baa == false
}

holds["signed"] := true if {
	every vendor in vendors {
		vendor.baa
	}
}
