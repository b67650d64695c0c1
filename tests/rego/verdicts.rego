# What comes of each rule: of its requirements that are for the tenant, the worst counts.
#
# A rule's package says what is `required` of a tenant, by names of its own, and which of these `holds`: true, false, or
# neither where what it is about is missing.
package verdicts

import rego.v1

of[id] := verdict(rule) if some id, rule in data.rules

broken(rule) if {
	some name in rule.required
	rule.holds[name] == false
}

unknown(rule) if {
	some name in rule.required
	not name in object.keys(rule.holds)
}

verdict(rule) := "not_applicable" if {
	count(rule.required) == 0
} else := "fail" if {
	broken(rule)
} else := "missing" if {
	unknown(rule)
} else := "pass"
