# A year for every key; with cards also no longer than the risk analysis says, so there must be one.
package rules["rbac-api-key-age"]

import rego.v1

keys := input.security.access_control.api_keys

required contains "a year"

required contains "as analysed" if data.words.under({"pci_dss"})

holds["a year"] := data.words.at_most(keys.max_age_days, 365)

holds["as analysed"] := data.words.at_most(keys.max_age_days, keys.risk_analysis_max_age_days)
