# Backups are gone when erasure promises that they are.
package rules["backup-retention-vs-erasure"]

import rego.v1

promised := input.compliance.data_governance.privacy.erasure.purge_backups_within_days

required contains "limits" if data.words.under({"gdpr", "ccpa"})

required contains "policy" if data.words.under({"gdpr", "ccpa"})

holds["limits"] := input.limits.backup_retention_days <= promised

holds["policy"] := input.compliance.data_governance.retention_policies.backups <= promised
