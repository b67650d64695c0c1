# Each endpoint that is named is spoken to over TLS.
package rules["integration-tls-endpoint"]

import rego.v1

required contains "TLS"

cleartext contains vendor if {
	some vendor in data.words.vendors
	vendor.endpoint
	not startswith(vendor.endpoint, "https://")
	not startswith(vendor.endpoint, "wss://")
}

holds["TLS"] := count(cleartext) == 0
