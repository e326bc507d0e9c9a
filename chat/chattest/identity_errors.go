package chattest

import (
	"fmt"
	"net/http"
)

// denied is the answer to a request for the identity API that nobody with a right to it has made.
func denied(reason string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "Denied", message: "Denied by the resource provider.", anonymous: true, reason: reason}
}

// invalidAccessToken is the answer to a token of Entra that can't be exchanged.
func invalidAccessToken(reason string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "InvalidAccessToken", message: "Provided access token is not valid.", anonymous: true, reason: reason}
}

// errIdentityNotOwned is the answer to an id that is not, or no longer, of a user of the resource.
var errIdentityNotOwned = &refusal{
	status: http.StatusUnauthorized, code: "IdentityNotOwned", message: "Provided identity doesn't belong to the resource.",
}

// errInvalidBody is the answer to a body that is not JSON of the right types.
var errInvalidBody = invalid("", "The request body is not valid.")

// invalid is the answer to a member of a request.
func invalid(target, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "ValidationError", message: message, target: target}
}

// missing is the answer to a member that must be there. The service writes it with a capital letter.
func missing(member string) *refusal {
	return invalid(member, fmt.Sprintf("%s: The %s field is required.", member, member))
}
