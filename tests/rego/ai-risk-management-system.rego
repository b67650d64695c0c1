# From December 2027: risks are looked at each year. That nobody says how often is known, and so a failure.
package rules["ai-risk-management-system"]

import rego.v1

governance := object.get(input, ["ai_configuration", "governance"], {})

asked if {
	data.words.under({"eu_ai_act"})
	input.as_of >= "2027-12-02"
	data.words.with_ai
	object.get(governance, "risk_class", "high") == "high"
}

required contains "stated" if asked

required contains "a year" if asked

holds["stated"] := data.words.stated(["ai_configuration", "governance", "risk_review_interval_days"])

holds["a year"] := governance.risk_review_interval_days <= 365
