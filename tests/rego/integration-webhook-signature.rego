# Webhooks are signed by more than SHA-1 and good for five minutes: each vendor's that is on, and the tenant's own.
package rules["integration-webhook-signature"]

import rego.v1

calling := [vendor | some vendor in data.words.vendors; vendor.webhook.enabled]

strong := {"hmac_sha256", "hmac_sha512", "ed25519"}

own := input.integrations.custom

required contains "vendors sign"

required contains "vendors in time"

required contains "own sign"

required contains "own in time"

holds["vendors sign"] := false if {
	some vendor in calling
	data.words.one_of(vendor.webhook.signing, strong) == false
}

holds["vendors sign"] := true if {
	every vendor in calling {
		data.words.one_of(vendor.webhook.signing, strong)
	}
}

holds["vendors in time"] := false if {
	some vendor in calling
	data.words.at_most(vendor.webhook.replay_window_minutes, 5) == false
}

holds["vendors in time"] := true if {
	every vendor in calling {
		data.words.at_most(vendor.webhook.replay_window_minutes, 5)
	}
}

holds["own sign"] := data.words.one_of(own.webhook_signing, strong)

holds["own in time"] := data.words.at_most(own.webhook_replay_window_minutes, 5)
