# What a law keeps is kept as long as that.
package rules["lifecycle-retention-wins"]

import rego.v1

kept := [category.retention_minimum_days | some category in input.compliance.data_governance.categories]

required contains "long enough" if count(kept) > 0

holds["long enough"] := count([days | some days in kept; days > input.lifecycle.deprovisioning.data_retention_days]) == 0
