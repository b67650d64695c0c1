# Each way in of an outside party has an end.
package rules["rbac-vendor-access-time-bound"]

import rego.v1

required contains "an end" if data.words.under({"pci_dss"})

endless contains party if {
	some party in object.get(input, ["security", "access_control", "vendor_access"], {})
	not party.expires
}

holds["an end"] := count(endless) == 0
