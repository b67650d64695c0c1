# There is an end to how far the tenant grows, and each limit is set; where tenants share, each is a number.
package rules["isolation-resource-quotas"]

import rego.v1

limits := object.get(input, "limits", {})

names := {
	"ai_sessions_per_month", "api_rate_limit_per_hour", "backup_retention_days", "concurrent_sessions",
	"custom_models", "data_retention_days", "file_upload_size_mb", "integrations", "max_users",
	"monthly_bandwidth_gb", "scheduled_jobs", "storage_gb", "webhook_endpoints",
}

required contains "capacity"

required contains "limits"

required contains "finite"

holds["capacity"] := data.words.stated(["infrastructure", "auto_scaling", "max_capacity"])

holds["limits"] := count([name | some name in names; not data.words.stated(["limits", name])]) == 0

endless := [limit | some limit in limits; limit == "unlimited"]

unset := [name | some name in names; not data.words.stated(["limits", name])]

holds["finite"] := true if input.infrastructure.isolation_level != "shared"

holds["finite"] := true if {
	count(endless) == 0
	count(unset) == 0
}

holds["finite"] := false if {
	input.infrastructure.isolation_level == "shared"
	count(endless) > 0
}
