# None of the eight forbidden uses. Who claims the AI Act has to name the uses; others are judged by what they say.
package rules["ai-prohibited-practices"]

import rego.v1

governance := object.get(input, ["ai_configuration", "governance"], {})

asked if data.words.under({"eu_ai_act"})

asked if governance.use_cases

asked if governance.risk_class == "prohibited"

required contains "uses" if {
	data.words.with_ai
	asked
}

required contains "class" if {
	data.words.with_ai
	asked
}

forbidden := {
	"subliminal_manipulation", "exploitation_of_vulnerability", "social_scoring", "crime_prediction_by_profiling",
	"untargeted_face_scraping", "emotion_inference_at_work_or_school",
	"biometric_categorisation_by_sensitive_traits", "real_time_remote_biometric_identification",
}

holds["uses"] := data.words.any_of(governance.use_cases, forbidden) == false

holds["class"] := object.get(governance, "risk_class", "unstated") != "prohibited"
