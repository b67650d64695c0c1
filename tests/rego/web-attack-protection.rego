# Who may be reached from the internet stands behind a firewall that does more than take notes.
package rules["web-attack-protection"]

import rego.v1

network := input.infrastructure.network

asked if {
	data.words.under({"pci_dss"})
	object.get(network, "internet_facing", true)
}

required contains "on" if asked

required contains "acts" if asked

holds["on"] := network.waf_enabled

holds["acts"] := network.waf_mode != "log"
