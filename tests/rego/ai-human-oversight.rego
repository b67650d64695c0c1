# A person confirms what AI decides about people, and it is known who.
package rules["ai-human-oversight"]

import rego.v1

governance := object.get(input, ["ai_configuration", "governance"], {})

used := object.get(governance, ["automated_decisions", "used"], "unstated")

asked if {
	data.words.with_ai
	input.as_of >= "2027-12-02"
	data.words.under({"eu_ai_act"})
	object.get(governance, "risk_class", "high") == "high"
}

asked if {
	data.words.with_ai
	used == true
}

asked if {
	data.words.with_ai
	data.words.under({"gdpr"})
	used != false
}

required contains "confirmed" if asked

required contains "by somebody" if asked

holds["confirmed"] := governance.human_oversight_required

holds["by somebody"] := data.words.filled(governance.human_oversight_roles)
