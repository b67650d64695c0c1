# A week to ninety days.
package rules["lifecycle-grace-period"]

import rego.v1

required contains "a week"

required contains "ninety days"

holds["a week"] := input.lifecycle.deprovisioning.grace_period_days >= 7

holds["ninety days"] := input.lifecycle.deprovisioning.grace_period_days <= 90
