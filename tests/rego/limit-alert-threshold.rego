# The first warning comes at four fifths.
package rules["limit-alert-threshold"]

import rego.v1

required contains "four fifths"

required contains "a warning"

holds["four fifths"] := input.billing.usage_alerts.first_at_percent <= 80

holds["a warning"] := input.monitoring.alerting_rules.usage_limits
