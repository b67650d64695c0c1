# One of the slow functions.
package rules["password-storage-hash"]

import rego.v1

required contains "slow"

holds["slow"] := input.security.password_policy.hash_scheme in {"argon2id", "scrypt", "bcrypt", "pbkdf2_sha256"}
