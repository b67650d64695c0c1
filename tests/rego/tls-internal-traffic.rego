# Services prove who they are where tenants share (or may, since nobody says), and in federal estates.
package rules["tls-internal-traffic"]

import rego.v1

asked if object.get(input, ["infrastructure", "isolation_level"], "shared") == "shared"

asked if data.words.under({"fedramp"})

required contains "mutual TLS" if asked

holds["mutual TLS"] := input.security.encryption_config.tls.internal_mtls
