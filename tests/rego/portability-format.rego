# One of three formats at least.
package rules["portability-format"]

import rego.v1

formats := input.compliance.data_governance.privacy.portability_formats

required contains "readable" if data.words.under({"gdpr", "ccpa"})

holds["readable"] := data.words.any_of(formats, {"json", "csv", "xml"})
