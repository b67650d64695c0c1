# Three days; that nobody says how long is known, and so a failure.
package rules["dr-rto-72h-proposed"]

import rego.v1

required contains "three days" if data.words.under({"hipaa"})

holds["three days"] := false if not data.words.stated(["infrastructure", "disaster_recovery", "rto_minutes"])

holds["three days"] := input.infrastructure.disaster_recovery.rto_minutes <= 72 * 60
