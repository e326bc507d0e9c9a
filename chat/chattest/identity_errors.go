package chattest

import (
	"fmt"
	"net/http"
)

// denied is the response of the identity API to a request that is not authorized.
func denied(reason string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "Denied", message: "Denied by the resource provider.", anonymous: true, reason: reason}
}

// invalidAccessToken is the response to an Entra token that can't be exchanged.
func invalidAccessToken(reason string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "InvalidAccessToken", message: "Provided access token is not valid.", anonymous: true, reason: reason}
}

// errIdentityNotOwned is the response to an id that is not that of a user of the resource, or of a deleted one.
var errIdentityNotOwned = &refusal{
	status: http.StatusUnauthorized, code: "IdentityNotOwned", message: "Provided identity doesn't belong to the resource.",
}

// errInvalidBody is the response to a body that is not JSON of the right types.
var errInvalidBody = invalid("", "The request body is not valid.")

// invalid is the response to an invalid member of a request.
func invalid(target, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "ValidationError", message: message, target: target}
}

// missing is the response to a missing required member. The service writes its name with a capital letter.
func missing(member string) *refusal {
	return invalid(member, fmt.Sprintf("%s: The %s field is required.", member, member))
}
