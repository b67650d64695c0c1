# Who hashes fields and may have card numbers among them uses a hash with a key. Data of no stated kind may be cards,
# and so may data that nobody has named.
package rules["encryption-keyed-hash-pan"]

import rego.v1

categories := object.get(input, ["compliance", "data_governance", "categories"], {})

cards if count(categories) == 0

cards if {
	some category in categories
	object.get(category, "kind", "cardholder") in {"cardholder", "cardholder_auth"}
}

hash := input.security.encryption_config.field_hash

required contains "keyed" if {
	data.words.under({"pci_dss"})
	hash != "none"
	cards
}

holds["keyed"] := hash in {"cmac_aes_256", "hmac_sha256", "kmac_256"}
