# Ninety days without use, and the account is off.
package rules["rbac-inactive-accounts"]

import rego.v1

required contains "ninety days" if data.words.under({"pci_dss", "fedramp"})

holds["ninety days"] := data.words.at_most(input.security.access_control.disable_inactive_after_days, 90)
