# No model by a name that means any, like `any`, `Latest` or `default:v2`.
package rules["ai-model-allowlist"]

import rego.v1

required contains "named" if data.words.with_ai

vague contains name if {
	some name, on in input.ai_configuration.model_access
	on
	regex.match(`^(all|any|auto|default|every|everything|latest)([-._:/@].*)?$`, lower(name))
}

holds["named"] := count(vague) == 0
