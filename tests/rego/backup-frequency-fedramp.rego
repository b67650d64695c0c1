# A backup each day, a full one each week.
package rules["backup-frequency-fedramp"]

import rego.v1

backup := input.infrastructure.disaster_recovery.backup

required contains "on" if data.words.under({"fedramp"})

required contains "each day" if data.words.under({"fedramp"})

required contains "each week" if data.words.under({"fedramp"})

holds["on"] := backup.enabled

holds["each day"] := backup.incremental_interval_minutes <= 24 * 60

holds["each week"] := backup.full_interval_days <= 7
