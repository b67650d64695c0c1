# All eight kinds of event.
package rules["audit-log-event-coverage"]

import rego.v1

events := input.monitoring.logging.audit.events

required contains "all" if data.words.under({"pci_dss", "fedramp"})

holds["all"] := data.words.all_of(events, {
	"login_success", "login_failure", "credential_change", "admin_action",
	"data_access", "object_create_delete", "log_access", "log_control",
})
