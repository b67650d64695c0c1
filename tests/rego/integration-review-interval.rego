# Each vendor that is on is looked at once a year.
package rules["integration-review-interval"]

import rego.v1

asked if data.words.under({"soc2", "iso_27001"})

asked if data.words.graded({"enterprise", "custom"})

vendors := [vendor | some vendor in data.words.vendors; object.get(vendor, "enabled", true)]

required contains "a year" if asked

holds["a year"] := false if {
	some vendor in vendors
	vendor.risk_review_interval_days > 365
}

holds["a year"] := true if {
	every vendor in vendors {
		vendor.risk_review_interval_days <= 365
	}
}
