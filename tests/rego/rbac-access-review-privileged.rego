# FedRAMP: administrators every quarter, everybody every year.
package rules["rbac-access-review-privileged"]

import rego.v1

access := input.security.access_control

required contains "administrators" if data.words.under({"fedramp"})

required contains "everybody" if data.words.under({"fedramp"})

holds["administrators"] := access.privileged_review_interval_days <= 90

holds["everybody"] := access.review_interval_days <= 365
