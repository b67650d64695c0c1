# In large tenants some roles exclude others, these exist, and no member of one is a member of the other.
package rules["rbac-segregation-of-duties"]

import rego.v1

roles := object.get(input, ["security", "access_control", "roles"], {})

asked if data.words.graded({"enterprise", "custom"})

required contains "some exclude" if asked

required contains "they exist" if asked

required contains "nobody has both" if asked

holds["some exclude"] := true if {
	some role in roles
	count(role.incompatible_with) > 0
}

holds["some exclude"] := false if {
	every role in roles {
		count(role.incompatible_with) == 0
	}
}

strangers := [other | some role in roles; some other in role.incompatible_with; not roles[other]]

holds["they exist"] := count(strangers) == 0

rivals := [[role, roles[other]] | some role in roles; some other in role.incompatible_with; roles[other]]

holds["nobody has both"] := false if {
	some pair in rivals
	some member in pair[0].members
	member in pair[1].members
}

apart(role, rival) if {
	members := role.members
	count(members) == 0
}

apart(role, rival) if {
	mine := role.members
	theirs := rival.members
	count([member | some member in mine; member in theirs]) == 0
}

holds["nobody has both"] := true if {
	every pair in rivals {
		apart(pair[0], pair[1])
	}
}
