# Thirty days for everybody, twelve hours for federal tenants; the setting counts hours.
package rules["mfa-remember-device"]

import rego.v1

hours := input.security.mfa_config.remember_device_hours

required contains "thirty days"

required contains "half a day" if data.words.under({"fedramp"})

holds["thirty days"] := hours <= 30 * 24

holds["half a day"] := hours <= 12
