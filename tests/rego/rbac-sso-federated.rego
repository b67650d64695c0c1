# Large tenants sign in through their own directory.
package rules["rbac-sso-federated"]

import rego.v1

required contains "single sign-on" if data.words.graded({"enterprise", "custom"})

holds["single sign-on"] := input.integrations.custom.saml_sso
