# Drift is looked for once a week: in large tenants, and where AI is or may be of high risk, of which the AI Act speaks
# from December 2027 and the two standards at any time.
package rules["ai-drift-monitoring"]

import rego.v1

pipeline := input.ai_configuration.ml_pipeline

class := object.get(input, ["ai_configuration", "governance", "risk_class"], "unstated")

standards := {"iso_42001", "nist_ai_rmf"}

in_force if data.words.under(standards)

in_force if input.as_of >= "2027-12-02"

risky if class == "high"

risky if {
	class == "unstated"
	data.words.under({"eu_ai_act", "iso_42001", "nist_ai_rmf"})
}

asked if {
	data.words.with_ai
	in_force
	risky
}

asked if {
	data.words.with_ai
	data.words.graded({"enterprise", "custom"})
}

required contains "detection" if asked

required contains "a week" if asked

holds["detection"] := pipeline.drift_detection

holds["a week"] := pipeline.drift_check_interval_days <= 7
