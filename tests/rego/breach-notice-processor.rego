# A processor, as everybody is who doesn't deny it, tells its customer within a day.
package rules["breach-notice-processor"]

import rego.v1

required contains "a day" if {
	data.words.under({"gdpr"})
	object.get(input, ["compliance", "data_governance", "privacy", "acts_as_processor"], true)
}

holds["a day"] := input.compliance.incident_response.notify_controller_within_hours <= 24
