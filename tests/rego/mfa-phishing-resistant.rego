# Only factors that check who asks.
package rules["mfa-phishing-resistant"]

import rego.v1

required contains "no phishing" if data.words.under({"fedramp"})

holds["no phishing"] := data.words.only(input.security.mfa_config.methods, {"webauthn", "passkey", "piv"})
