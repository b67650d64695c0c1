# Each charge has an amount, in the tenant's currency.
package rules["billing-currency-consistent"]

import rego.v1

charges := object.get(input, ["billing", "charges"], {})

required contains "amounts" if count(charges) > 0

required contains "one currency" if count(charges) > 0

free contains name if {
	some name, _ in charges
	not data.words.stated(["billing", "charges", name, "amount"])
}

holds["amounts"] := count(free) == 0

holds["one currency"] := false if {
	some charge in charges
	charge.currency != input.billing.currency
}

holds["one currency"] := true if {
	every charge in charges {
		charge.currency == input.billing.currency
	}
}
