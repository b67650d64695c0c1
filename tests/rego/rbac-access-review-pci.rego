# PCI DSS wants a look at everybody's rights twice a year.
package rules["rbac-access-review-pci"]

import rego.v1

required contains "half a year" if data.words.under({"pci_dss"})

holds["half a year"] := input.security.access_control.review_interval_days <= 180
