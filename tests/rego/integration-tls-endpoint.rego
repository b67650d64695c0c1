# Each endpoint that is named is spoken to over TLS.
package rules["integration-tls-endpoint"]

import rego.v1

required contains "TLS"

holds["TLS"] := count([vendor |
	some vendor in data.words.vendors
	vendor.endpoint
	not startswith(vendor.endpoint, "https://")
	not startswith(vendor.endpoint, "wss://")
]) == 0
