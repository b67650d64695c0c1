# Fifteen business days.
package rules["opt-out-deadline"]

import rego.v1

required contains "fifteen" if data.words.under({"ccpa"})

holds["fifteen"] := input.compliance.data_governance.privacy.opt_out.complete_within_business_days <= 15
