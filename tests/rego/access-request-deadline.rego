# A month is thirty days (GDPR), as HIPAA says itself; California gives 45.
package rules["access-request-deadline"]

import rego.v1

days := input.compliance.data_governance.privacy.access_requests.respond_within_days

required contains "gdpr" if data.words.under({"gdpr"})

required contains "ccpa" if data.words.under({"ccpa"})

required contains "hipaa" if data.words.under({"hipaa"})

holds["gdpr"] := days <= 30

holds["ccpa"] := days <= 45

holds["hipaa"] := days <= 30
