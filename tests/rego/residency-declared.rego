# GDPR: it is said where data may lie. A large tenant may stay in its region instead. What is said in two places agrees.
package rules["residency-declared"]

import rego.v1

governance := input.compliance.data_governance

home := object.get(governance, "data_residency_region", "")

places := object.get(governance, ["residency", "regions"], [])

default said := false

said if home != ""

said if count(places) > 0

default stays := false

stays if {
	input.tenant.region
	governance.cross_border_transfers == false
}

asked if data.words.under({"gdpr"})

asked if data.words.graded({"enterprise", "custom"})

required contains "gdpr" if data.words.under({"gdpr"})

required contains "large" if data.words.graded({"enterprise", "custom"})

required contains "agrees" if asked

holds["gdpr"] := said

holds["large"] := true in {said, stays}

default agrees := false

agrees if home == ""

agrees if count(places) == 0

agrees if home in places

holds["agrees"] := agrees
