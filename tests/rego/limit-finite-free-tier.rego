# Who doesn't pay has a number on everything.
package rules["limit-finite-free-tier"]

import rego.v1

required contains "finite" if data.words.graded({"free"})

names := {
	"ai_sessions_per_month", "api_rate_limit_per_hour", "backup_retention_days", "concurrent_sessions",
	"custom_models", "data_retention_days", "file_upload_size_mb", "integrations", "max_users",
	"monthly_bandwidth_gb", "scheduled_jobs", "storage_gb", "webhook_endpoints",
}

holds["finite"] := false if {
	some name in names
	input.limits[name] == "unlimited"
}

holds["finite"] := true if {
	every name in names {
		input.limits[name] != "unlimited"
	}
}
