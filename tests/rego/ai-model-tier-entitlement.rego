# Each model that is on is on in the tier, or stands in the contract.
package rules["ai-model-tier-entitlement"]

import rego.v1

used contains name if {
	some name, on in input.ai_configuration.model_access
	on
}

granted contains name if {
	some name, on in input.tier.ai_configuration.model_access
	on
}

granted contains name if some name in input.billing.subscription.granted_models

required contains "granted"

holds["granted"] := count(used - granted) == 0
