# Half a year: for PCI DSS of the rules, for FedRAMP of the exceptions, which go by the rules' unless they have their own.
package rules["network-rule-review"]

import rego.v1

network := input.infrastructure.network

required contains "rules" if data.words.under({"pci_dss"})

required contains "exceptions" if data.words.under({"fedramp"})

holds["rules"] := network.rule_review_interval_days <= 180

exceptions := object.get(network, "exception_review_interval_days", object.get(network, "rule_review_interval_days", null))

holds["exceptions"] := exceptions <= 180 if exceptions != null
