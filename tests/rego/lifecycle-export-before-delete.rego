# Thirty days to take data away, which end before it is destroyed.
package rules["lifecycle-export-before-delete"]

import rego.v1

after := input.lifecycle.deprovisioning

asked if data.words.under({"gdpr", "ccpa"})

asked if data.words.graded({"professional", "enterprise", "custom"})

required contains "a way" if asked

required contains "thirty days" if asked

required contains "before" if asked

holds["a way"] := after.export_enabled

holds["thirty days"] := after.export_window_days >= 30

holds["before"] := after.export_window_days < after.data_retention_days
