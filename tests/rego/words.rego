# Words that the translations share. A value that nobody stated is undefined, and so is what is asked of it.
package words

import rego.v1

under(frameworks) if {
	some framework in input.frameworks
	framework in frameworks
}

graded(grades) if input.tenant.grade in grades

stated(path) := object.get(input, path, null) != null

filled(list) := count(list) > 0

one_of(value, set) := value in set

any_of(list, set) := count([item | some item in list; item in set]) > 0

all_of(list, set) := count(set - {item | some item in list}) == 0

only(list, set) := count({item | some item in list} - set) == 0

within_list(list, allowed) := only(list, {item | some item in allowed})

# `unlimited` is above every number.
at_most(value, bound) := value <= bound if {
	is_number(value)
	is_number(bound)
}

at_most(_, bound) := true if bound == "unlimited"

at_most(value, bound) := false if {
	value == "unlimited"
	bound != "unlimited"
}

# How many days a date is after 1970.
day(date) := time.parse_rfc3339_ns(concat("", [date, "T00:00:00Z"])) / (((24 * 3600) * 1000) * 1000000)

# Some model is switched on.
with_ai if {
	some on in input.ai_configuration.model_access
	on
}

# The integrations that a tenant names; the other two are settings of the platform's own.
vendors[name] := vendor if {
	some name, vendor in input.integrations
	not name in {"custom", "credentials"}
}

# The regions of AWS in the Union and in the United States.
regions := {
	"eu": {
		"eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3",
		"eusc-de-east-1",
	},
	"us": {"us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2"},
}

within(region, place) if region == place

within(region, place) if region in regions[place]

listed(region, places) if {
	some place in places
	within(region, place)
}
