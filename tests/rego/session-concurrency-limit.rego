# Five at a time in large tenants.
package rules["session-concurrency-limit"]

import rego.v1

required contains "five" if data.words.graded({"enterprise", "custom"})

holds["five"] := data.words.at_most(input.security.session_config.concurrent_sessions_limit, 5)
