# Data is kept no shorter than the tenant may come back, and ninety days at most, unless a court or a law says longer.
package rules["lifecycle-destruction-deadline"]

import rego.v1

after := input.lifecycle.deprovisioning

required contains "long enough" if data.words.under({"gdpr", "hipaa", "pci_dss"})

required contains "ninety days" if data.words.under({"gdpr", "hipaa", "pci_dss"})

holds["long enough"] := after.data_retention_days >= after.grace_period_days

default excused := false

excused if after.data_retention_days <= 90

excused if after.legal_hold

excused if {
	some category in input.compliance.data_governance.categories
	category.retention_minimum_days >= after.data_retention_days
}

holds["ninety days"] := excused
