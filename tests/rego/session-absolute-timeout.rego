# A day.
package rules["session-absolute-timeout"]

import rego.v1

required contains "a day"

holds["a day"] := input.security.session_config.absolute_timeout_hours <= 24
