# Of each kind of personal data (which is any that isn't said to be another) no field is kept that isn't allowed.
package rules["data-minimisation-fields"]

import rego.v1

personal := [category |
	some category in object.get(input, ["compliance", "data_governance", "categories"], {})
	not object.get(category, "kind", "personal") in {"federal", "other"}
]

required contains "allowed fields" if data.words.under({"gdpr", "ccpa"})

holds["allowed fields"] := false if {
	some category in personal
	data.words.within_list(category.fields, category.allowed_fields) == false
}

holds["allowed fields"] := true if {
	every category in personal {
		data.words.within_list(category.fields, category.allowed_fields)
	}
}
