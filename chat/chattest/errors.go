package chattest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var (
	errNotMember     = refuse(http.StatusForbidden, "The initiator doesn't have the permission to perform the requested operation.")
	errUnknownThread = refuse(http.StatusNotFound, "The specified thread id was not found.")
	// These have the same content as errNotMember. Some operations replace them by other responses.
	errFormerMember  = refuse(http.StatusForbidden, errNotMember.message)
	errThreadDeleted = refuse(http.StatusForbidden, errNotMember.message)

	errMalformedThreadID = badRequest()
	errUnknownMessage    = refuse(http.StatusNotFound, "")
)

// refusal is an error response. A write that returns one must not have changed anything.
type refusal struct {
	status        int
	code, message string
	target        string // what the error is about; the recorded style has no member for it
	documented    bool   // always in the documented style, since no recording shows another
	bare          bool   // without a body, in the recorded style
	raw           []byte // the whole body, in another form
	anonymous     bool   // the caller is not authenticated
	reason        string // for Request.Refused, if the response does not contain it
	retryAfter    time.Duration
}

// refuse makes a refusal with the code for the status. An empty message is omitted in the recorded style, and replaced by that of the
// contract's example in the documented style.
func refuse(status int, message string) *refusal {
	return &refusal{
		status: status, code: strings.ReplaceAll(http.StatusText(status), " ", ""), message: message,
		documented: status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable,
		bare:       status == http.StatusUnauthorized && message == "",
		anonymous:  status == http.StatusUnauthorized,
	}
}

// unauthorized is the response of the chat API to an invalid token.
func unauthorized(reason string) *refusal {
	r := refuse(http.StatusUnauthorized, "")
	r.reason = reason
	return r
}

// badRequest is the response to invalid input without an explanation.
func badRequest() *refusal {
	return refuse(http.StatusBadRequest, "")
}

func invalidIdentifier(id string) *refusal {
	return refuse(http.StatusBadRequest, fmt.Sprintf("Identifier format is invalid (%s).", id))
}

func invalidMessageID(id string) *refusal {
	return refuse(http.StatusBadRequest, fmt.Sprintf("Value for MessageId (%s) is not valid.", id))
}

// notAMember is the response to a removal by a former participant.
func notAMember(user, thread string) *refusal {
	return refuse(http.StatusForbidden, fmt.Sprintf("User %s is not a member of the thread %s", user, thread))
}

// contentTooLarge is the response to content above a limit.
func contentTooLarge() *refusal {
	return refuse(http.StatusRequestEntityTooLarge, "")
}

func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.status, r.code, r.message))
}

// body is the body of the response.
func (r *refusal) body(style ErrorStyle) []byte {
	switch {
	case r.raw != nil:
		return r.raw
	case r.documented || style == ErrorStyleDocumented:
		return r.documentedBody()
	case r.bare:
		return nil
	}
	return r.recordedBody()
}

// recordedBody is indented, with CR LF line ends.
func (r *refusal) recordedBody() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	mustEncode(e.Encode(struct {
		CommunicationError any
	}{struct {
		Code    string
		Message string `json:",omitempty"`
		Details []string
	}{r.code, r.message, []string{}}}))
	return bytes.ReplaceAll(bytes.TrimSuffix(b.Bytes(), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

func (r *refusal) documentedBody() []byte {
	return encode(map[string]any{"error": struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Target  string `json:"target,omitempty"`
	}{r.code, cmp.Or(r.message, exampleMessage(r.status)), r.target}})
}

// exampleMessage is the message in the contract's examples or, without one, the name of the status.
func exampleMessage(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Request is not authorized."
	case http.StatusForbidden:
		return "User is not allowed to perform specified action."
	case http.StatusTooManyRequests:
		return "Rate limit exceeded."
	case http.StatusServiceUnavailable:
		return "The service is unavailable."
	}
	return http.StatusText(status) + "."
}

// unsupportedVersion is the response to a missing or unknown api-version.
func unsupportedVersion(uri, version string) *refusal {
	code := "UnsupportedApiVersion"
	message := fmt.Sprintf("The HTTP resource that matches the request URI '%s' does not support the API version '%s'.", uri, version)
	if version == "" {
		code, message = "ApiVersionUnspecified", "An API version is required, but was not specified."
	}
	r := badRequest()
	r.raw = encode(map[string]any{"error": struct {
		Code       string  `json:"code"`
		Message    string  `json:"message"`
		InnerError *string `json:"innerError"`
	}{code, message, nil}})
	return r
}
