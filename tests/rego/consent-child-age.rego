# Whoever is younger than the country's age (16 unless stated) consents through parents. California asks the same of
# those who sell data (as anybody may who doesn't deny it), and its age is 16.
package rules["consent-child-age"]

import rego.v1

privacy := input.compliance.data_governance.privacy

asks_parents if privacy.consent.parental_consent

required contains "gdpr" if data.words.under({"gdpr"})

required contains "ccpa" if data.words.under({"ccpa"})

default old_enough(_) := false

old_enough(age) if privacy.consent.minimum_age >= age

old_enough(_) if asks_parents

holds["gdpr"] := old_enough(object.get(privacy, ["consent", "national_age_of_consent"], 16))

holds["ccpa"] := true if object.get(privacy, ["opt_out", "sells_or_shares"], true) == false

holds["ccpa"] := old_enough(16) if object.get(privacy, ["opt_out", "sells_or_shares"], true)
