# What is on and not switched off comes with the tier or stands in the contract.
package rules["feature-tier-entitlement"]

import rego.v1

features := input.features

on := [feature | some feature in features.enabled; not feature in features.disabled]

granted contains feature if some feature in input.tier.features.enabled

granted contains feature if some feature in input.billing.subscription.granted_features

required contains "granted"

holds["granted"] := data.words.only(on, granted)
