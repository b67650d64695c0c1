# A filter of medium strength at least, wherever there is a model.
package rules["ai-content-safety-filter"]

import rego.v1

safety := input.ai_configuration.safety_settings

required contains "on" if data.words.with_ai

required contains "strong" if data.words.with_ai

holds["on"] := safety.content_filter

holds["strong"] := safety.content_filter_strength != "low"
