# Who destroys data by destroying its key needs a key that nobody else uses.
package rules["lifecycle-crypto-shred-needs-tenant-key"]

import rego.v1

required contains "own key" if input.lifecycle.deprovisioning.destruction_method == "crypto_erase"

holds["own key"] := input.security.encryption_config.kms.scope == "per_tenant"
