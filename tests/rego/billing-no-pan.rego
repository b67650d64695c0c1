# A payment token is no card number (13 to 19 digits in a row, however they are spaced) and no verification code.
package rules["billing-no-pan"]

import rego.v1

token := input.billing.payment_method.token

required contains "no number" if data.words.stated(["billing", "payment_method", "token"])

required contains "no code" if data.words.stated(["billing", "payment_method", "token"])

holds["no number"] := regex.match(`(^|[^0-9])[0-9]([ -]?[0-9]){12,18}([^0-9]|$)`, token) == false

default code := false

code if regex.match(`^[0-9]{3,4}$`, token)

code if regex.match(`(^|[^a-z])(cvv|cvc|cvn|cid|cav)2?[ :=_-]*[0-9]{3,4}([^0-9]|$)`, lower(token))

holds["no code"] := code == false
