# What may grow by use has a cap: AI, or anything that is measured except who the users are and what they do.
package rules["billing-spend-cap"]

import rego.v1

asked if data.words.with_ai

asked if data.words.any_of(
	input.billing.usage_tracking.measured,
	{"storage", "ai_sessions", "api_calls", "bandwidth", "custom_features"},
)

required contains "a cap" if asked

holds["a cap"] := input.billing.overage.monthly_cap_percent != "unlimited"
