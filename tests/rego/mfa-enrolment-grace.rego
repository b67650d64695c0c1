# A week to enrol, where one has to.
package rules["mfa-enrolment-grace"]

import rego.v1

required contains "a week" if input.security.mfa_config.required

holds["a week"] := input.security.mfa_config.grace_period_days <= 7
