# Where it is said where data may lie, all three stores lie there. A store of no stated region lies where the tenant
# does; where nobody knows that, it is nowhere that is allowed.
package rules["residency-stores"]

import rego.v1

governance := input.compliance.data_governance

home := object.get(governance, "data_residency_region", "")

places := object.get(governance, ["residency", "regions"], [home])

region := object.get(input, ["deployment", "region"], object.get(input, ["tenant", "region"], "unknown"))

stores := {
	object.get(input, ["infrastructure", "database", "region"], region),
	object.get(input, ["infrastructure", "storage", "region"], region),
	object.get(input, ["infrastructure", "caching", "region"], region),
}

asked if data.words.stated(["compliance", "data_governance", "data_residency_region"])

asked if data.words.stated(["compliance", "data_governance", "residency", "regions"])

required contains "listed" if asked

required contains "at home" if asked

strays := [store | some store in stores; not data.words.listed(store, places)]

holds["listed"] := count(strays) == 0

away := [store | some store in stores; not data.words.within(store, home)]

holds["at home"] := true if home == ""

holds["at home"] := count(away) == 0 if home != ""
