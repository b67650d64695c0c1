# Only over TLS, not for scripts, not for other sites.
package rules["session-cookie-flags"]

import rego.v1

cookie := input.security.session_config.cookie

required contains "secure"

required contains "http only"

required contains "same site"

holds["secure"] := cookie.secure

holds["http only"] := cookie.http_only

holds["same site"] := cookie.same_site != "none"
