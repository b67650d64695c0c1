# No price depends on whether somebody asked for privacy.
package rules["billing-privacy-non-retaliation"]

import rego.v1

modifiers := object.get(input, ["billing", "price_modifiers"], {})

required contains "no price" if data.words.under({"ccpa"})

holds["no price"] := false if {
	some modifier in modifiers
	modifier.condition == "privacy_request"
}

holds["no price"] := true if {
	every modifier in modifiers {
		modifier.condition != "privacy_request"
	}
}
