# Alerts and threats are sent somewhere; where cards are handled somebody answers at any hour.
package rules["alert-reachable-contact"]

import rego.v1

required contains "alerts"

required contains "threats"

required contains "any hour" if data.words.under({"pci_dss"})

holds["alerts"] := data.words.filled(input.monitoring.alert_routing.critical_channels)

holds["threats"] := data.words.filled(input.security.threat_detection.notification_channels)

holds["any hour"] := input.compliance.incident_response.on_call_round_the_clock
