# Data of a special kind, which is any of no stated kind, has an exception of its own. Naming no data is no way out.
package rules["data-special-category-basis"]

import rego.v1

categories := object.get(input, ["compliance", "data_governance", "categories"], {})

special := [category |
	some category in categories
	object.get(category, "kind", "special") in {"health", "special"}
]

asked if {
	data.words.under({"gdpr"})
	count(categories) == 0
}

asked if {
	data.words.under({"gdpr"})
	count(special) > 0
}

required contains "named" if asked

required contains "an exception" if asked

holds["named"] := count(categories) > 0

holds["an exception"] := false if {
	some category in special
	category.special_basis == ""
}

holds["an exception"] := true if {
	every category in special {
		category.special_basis != ""
	}
}
