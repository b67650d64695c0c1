# From December 2027: half a year, for AI that is not said to be of less than high risk.
package rules["ai-log-retention"]

import rego.v1

required contains "half a year" if {
	data.words.under({"eu_ai_act"})
	input.as_of >= "2027-12-02"
	data.words.with_ai
	object.get(input, ["ai_configuration", "governance", "risk_class"], "high") == "high"
}

holds["half a year"] := input.ai_configuration.governance.audit_trail_retention_days >= 180
