# No FTP, LDAP or telnet, by name or by port, and nothing is administered in the clear.
package rules["network-no-cleartext-services"]

import rego.v1

network := input.infrastructure.network

required contains "protocols"

required contains "ports"

required contains "administration"

holds["protocols"] := data.words.any_of(network.protocols, {"ftp", "ldap", "telnet"}) == false

holds["ports"] := data.words.any_of(network.allowed_ports, {21, 23, 389}) == false

holds["administration"] := data.words.one_of(network.admin_protocol, {"http", "telnet"}) == false
