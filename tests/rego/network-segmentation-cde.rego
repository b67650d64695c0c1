# Where not all is in scope, or nobody says: there is a part for cards, and what reaches it is trusted. A part whose
# zone nobody states may be one for cards, and is not known to be trusted.
package rules["network-segmentation-cde"]

import rego.v1

segments := object.get(input, ["infrastructure", "network", "segments"], {})

asked if {
	data.words.under({"pci_dss"})
	object.get(input, ["infrastructure", "network", "mixed_scope"], true)
}

required contains "a part for cards" if asked

required contains "trusted ways in" if asked

holds["a part for cards"] := true if {
	some part in segments
	part.zone == "cde"
}

holds["a part for cards"] := false if {
	every part in segments {
		part.zone != "cde"
	}
}

for_cards := [part | some part in segments; object.get(part, "zone", "cde") == "cde"]

untrusted(source) if not segments[source]

untrusted(source) if segments[source].zone == "untrusted"

trusted(source) if segments[source].zone in {"dmz", "trusted", "cde"}

holds["trusted ways in"] := false if {
	some part in for_cards
	some source in part.reachable_from
	untrusted(source)
}

guarded(part) if {
	sources := part.reachable_from
	count([source | some source in sources; trusted(source)]) == count(sources)
}

holds["trusted ways in"] := true if {
	every part in for_cards {
		guarded(part)
	}
}
