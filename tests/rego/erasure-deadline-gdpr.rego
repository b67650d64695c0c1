# A month.
package rules["erasure-deadline-gdpr"]

import rego.v1

required contains "a month" if data.words.under({"gdpr"})

holds["a month"] := input.compliance.data_governance.privacy.erasure.complete_within_days <= 30
