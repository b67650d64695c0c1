# There is a text that users see before they sign in. An empty one is one.
package rules["session-use-notification"]

import rego.v1

required contains "a banner" if data.words.under({"fedramp"})

holds["a banner"] := data.words.stated(["security", "session_config", "login_banner"])
