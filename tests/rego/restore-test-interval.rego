# Backups are restored for a try once a year. Who says that they are not tried fails, whatever the interval.
package rules["restore-test-interval"]

import rego.v1

recovery := input.infrastructure.disaster_recovery

asked if data.words.under({"fedramp", "hipaa"})

asked if data.words.graded({"enterprise", "custom"})

required contains "a year" if asked

holds["a year"] := false if recovery.backup_testing == false

holds["a year"] := false if recovery.restore_test_interval_days > 365

holds["a year"] := true if {
	object.get(recovery, "backup_testing", true)
	recovery.restore_test_interval_days <= 365
}
