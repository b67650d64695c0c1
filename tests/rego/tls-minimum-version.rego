# From 1.2 on, up to 1.3.
package rules["tls-minimum-version"]

import rego.v1

tls := input.security.encryption_config.tls

required contains "oldest"

required contains "newest"

holds["oldest"] := tls.min_version in {"TLSv1.2", "TLSv1.3"}

holds["newest"] := tls.max_version == "TLSv1.3"
