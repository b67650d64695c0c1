# What may be lost is no less than what lies between two backups.
package rules["dr-rpo-covers-backup-interval"]

import rego.v1

recovery := input.infrastructure.disaster_recovery

required contains "often enough" if data.words.stated(["infrastructure", "disaster_recovery", "rpo_minutes"])

holds["often enough"] := recovery.backup.incremental_interval_minutes <= recovery.rpo_minutes
