# From December 2027: fifteen days, where AI is of high risk, or under the AI Act may be.
package rules["ai-incident-report-clock"]

import rego.v1

governance := object.get(input, ["ai_configuration", "governance"], {})

risky if governance.risk_class == "high"

risky if {
	not governance.risk_class
	data.words.under({"eu_ai_act"})
}

required contains "fifteen days" if {
	input.as_of >= "2027-12-02"
	data.words.with_ai
	risky
}

holds["fifteen days"] := governance.serious_incident_report_days <= 15
