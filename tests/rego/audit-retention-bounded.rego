# Not for ever.
package rules["audit-retention-bounded"]

import rego.v1

required contains "an end" if data.words.under({"gdpr"})

holds["an end"] := input.monitoring.logging.audit.retention_days != "unlimited"
