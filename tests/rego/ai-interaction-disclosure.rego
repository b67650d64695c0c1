# From August 2026: people learn that they talk to an AI, unless somebody says that nobody does.
package rules["ai-interaction-disclosure"]

import rego.v1

required contains "told" if {
	data.words.under({"eu_ai_act"})
	input.as_of >= "2026-08-02"
	data.words.with_ai
	object.get(input, ["ai_configuration", "governance", "interacts_with_people"], true)
}

holds["told"] := input.ai_configuration.safety_settings.disclose_ai
