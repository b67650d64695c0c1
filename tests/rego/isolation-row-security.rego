# Shared tables show each tenant its own rows, and no owner of the table gets round that. Who may share shares.
package rules["isolation-row-security"]

import rego.v1

required contains "forced" if object.get(input, ["infrastructure", "isolation_level"], "shared") == "shared"

holds["forced"] := input.infrastructure.database.row_level_security == "forced"
