# Backups go to another region, and if one is named it is another than the database's. Who names none leaves it to the
# platform. Where nobody knows the database's region, a named one is not known to be another.
package rules["backup-offsite"]

import rego.v1

recovery := input.infrastructure.disaster_recovery

second := object.get(recovery, "secondary_region", "")

copies := object.get(recovery, ["backup", "regions"], [second])

unnamed if {
	second == ""
	not recovery.backup.regions
}

tenants := object.get(input, ["deployment", "region"], object.get(input, ["tenant", "region"], null))

database := object.get(input, ["infrastructure", "database", "region"], tenants)

asked if data.words.under({"fedramp"})

asked if data.words.graded({"enterprise", "custom"})

required contains "on" if asked

required contains "elsewhere" if asked

holds["on"] := recovery.cross_region_backup

holds["elsewhere"] := true if unnamed

others := [place | some place in copies; place != database]

holds["elsewhere"] := count(others) > 0 if {
	not unnamed
	database != null
}

holds["elsewhere"] := false if {
	not unnamed
	count(copies) == 0
}
