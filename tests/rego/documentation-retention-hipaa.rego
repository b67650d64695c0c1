# Six years, of papers and of audit records.
package rules["documentation-retention-hipaa"]

import rego.v1

required contains "papers" if data.words.under({"hipaa"})

required contains "records" if data.words.under({"hipaa"})

holds["papers"] := input.compliance.data_governance.documentation_retention_days >= 6 * 365

holds["records"] := data.words.at_most(6 * 365, input.monitoring.logging.audit.retention_days)
