# There is somebody to write to, and a data protection officer unless somebody says that none is needed.
package rules["processing-record-contact"]

import rego.v1

privacy := input.compliance.data_governance.privacy

required contains "controller" if data.words.under({"gdpr"})

required contains "officer" if data.words.under({"gdpr"})

holds["controller"] := privacy.controller_contact != ""

holds["officer"] := true if privacy.dpo_required == false

holds["officer"] := true if privacy.dpo_contact != ""

holds["officer"] := false if {
	object.get(privacy, "dpo_required", true)
	privacy.dpo_contact == ""
}
