# Traffic out is denied unless a network is named, and none that is named is wider than a /8.
package rules["network-default-deny-egress"]

import rego.v1

network := input.infrastructure.network

asked if data.words.under({"pci_dss", "hipaa", "fedramp"})

required contains "denied" if asked

required contains "narrow" if asked

holds["denied"] := network.default_egress == "deny"

wide := [one | some one in network.allowed_egress_cidrs; regex.match(`/[0-7]$`, one)]

holds["narrow"] := count(wide) == 0 if is_array(network.allowed_egress_cidrs)
