# Who may take automated decisions lets people refuse them or has them reviewed: under GDPR now, in California from 2027.
package rules["ai-decision-opt-out"]

import rego.v1

decisions := object.get(input, ["ai_configuration", "governance", "automated_decisions"], {})

asked if {
	data.words.with_ai
	object.get(decisions, "used", true)
	data.words.under({"gdpr"})
}

asked if {
	data.words.with_ai
	object.get(decisions, "used", true)
	data.words.under({"ccpa"})
	input.as_of >= "2027-01-01"
}

required contains "a way out" if asked

holds["a way out"] := true if decisions.opt_out

holds["a way out"] := true if decisions.human_review

holds["a way out"] := false if {
	decisions.opt_out == false
	decisions.human_review == false
}
