# Where there is a role of administrators, it has two to five members.
package rules["rbac-admin-count"]

import rego.v1

admin := input.security.access_control.roles.admin

required contains "more than one" if admin

required contains "only a few" if admin

holds["more than one"] := count(admin.members) >= 2

holds["only a few"] := count(admin.members) <= 5
