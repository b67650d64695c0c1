# All AI can be stopped.
package rules["ai-stop-control"]

import rego.v1

required contains "a switch" if data.words.with_ai

holds["a switch"] := input.ai_configuration.safety_settings.kill_switch
