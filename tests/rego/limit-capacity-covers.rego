# What is sold is there. Nothing covers an unlimited promise but unlimited room.
package rules["limit-capacity-covers"]

import rego.v1

required contains "room"

holds["room"] := data.words.at_most(input.limits.storage_gb, input.infrastructure.storage.capacity_gb)
