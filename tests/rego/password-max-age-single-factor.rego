# A password without a second factor is changed every ninety days, unless each sign-in is weighed anew.
package rules["password-max-age-single-factor"]

import rego.v1

policy := input.security.password_policy

required contains "changed or weighed" if {
	data.words.under({"pci_dss"})
	input.security.mfa_config.required == false
}

holds["changed or weighed"] := true if data.words.at_most(policy.max_age_days, 90)

holds["changed or weighed"] := true if policy.dynamic_risk_analysis

holds["changed or weighed"] := false if {
	data.words.at_most(policy.max_age_days, 90) == false
	policy.dynamic_risk_analysis == false
}
