# The three rates are set, and are numbers where tenants share.
package rules["ai-rate-limit-finite"]

import rego.v1

rates := {"requests_per_minute", "tokens_per_day", "concurrent_requests"}

limits := object.get(input, ["ai_configuration", "rate_limits"], {})

required contains "set" if data.words.with_ai

required contains "finite" if data.words.with_ai

holds["set"] := count([rate | some rate in rates; not limits[rate]]) == 0

holds["finite"] := true if input.infrastructure.isolation_level != "shared"

holds["finite"] := true if {
	every rate in rates {
		limits[rate] != "unlimited"
	}
}

holds["finite"] := false if {
	input.infrastructure.isolation_level == "shared"
	some rate in rates
	limits[rate] == "unlimited"
}
