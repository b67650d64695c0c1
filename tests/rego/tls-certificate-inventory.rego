# There is a list of certificates, and they are renewed a fortnight ahead.
package rules["tls-certificate-inventory"]

import rego.v1

tls := input.security.encryption_config.tls

required contains "a list" if data.words.under({"pci_dss"})

required contains "a fortnight" if data.words.under({"pci_dss"})

holds["a list"] := tls.certificate_inventory

holds["a fortnight"] := tls.renew_before_days >= 14
