# Credentials in every log; card numbers, health data and personal data where a framework speaks of them.
package rules["log-redaction"]

import rego.v1

redacted := input.monitoring.logging.redact

required contains "credentials"

required contains "cards" if data.words.under({"pci_dss"})

required contains "health" if data.words.under({"hipaa"})

required contains "people" if data.words.under({"gdpr", "ccpa"})

holds["credentials"] := data.words.all_of(redacted, {"secret", "password", "token"})

holds["cards"] := "pan" in redacted

holds["health"] := "phi" in redacted

holds["people"] := "personal_data" in redacted
