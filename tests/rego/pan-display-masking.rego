# A part of the number at most.
package rules["pan-display-masking"]

import rego.v1

required contains "masked" if data.words.under({"pci_dss"})

holds["masked"] := input.compliance.data_governance.masking.pan != "everything"
