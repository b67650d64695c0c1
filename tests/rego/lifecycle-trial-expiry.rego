# A trial ends on a day that is stated and no more than ninety days away. That none is stated is known.
package rules["lifecycle-trial-expiry"]

import rego.v1

trial := input.billing.subscription.trial

asked if {
	data.words.graded({"free"})
	trial.enabled
}

required contains "stated" if asked

required contains "near" if asked

holds["stated"] := data.words.stated(["billing", "subscription", "trial", "end"])

holds["near"] := data.words.day(trial.end) - data.words.day(input.as_of) <= 90
