# A quarter of an hour.
package rules["session-idle-timeout-fedramp"]

import rego.v1

required contains "a quarter" if data.words.under({"fedramp"})

holds["a quarter"] := input.security.session_config.idle_timeout_minutes <= 15
