package chattest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

var (
	errNotMember     = refuse(http.StatusForbidden, "The initiator doesn't have the permission to perform the requested operation.")
	errUnknownThread = refuse(http.StatusNotFound, "The specified thread id was not found.")
	// errThreadDeleted differs from errNotMember in its identity only: reading the thread itself answers 404 for it.
	errThreadDeleted  = refuse(http.StatusForbidden, errNotMember.message)
	errUnknownMessage = refuse(http.StatusNotFound, "")
)

// refusal is an answer that is not a success. A writer that returns one has written nothing.
type refusal struct {
	status        int
	code, message string
	documented    bool   // in the shape of the contract, where no other is known
	bare          bool   // without a body
	raw           []byte // a body of another shape
}

// refuse makes the refusal with the code that belongs to the status. An empty message is that of the contract's example
// or, where there is none, left out of the body.
func refuse(status int, message string) *refusal {
	r := &refusal{status: status, code: strings.ReplaceAll(http.StatusText(status), " ", ""), message: message}
	switch status {
	case http.StatusUnauthorized:
		r.bare = message == ""
	case http.StatusTooManyRequests:
		r.documented, r.message = true, cmp.Or(message, "Rate limit exceeded.")
	case http.StatusServiceUnavailable:
		r.documented, r.message = true, cmp.Or(message, "The service is unavailable.")
	}
	return r
}

// badRequest is the answer to input that the service does not explain.
func badRequest() *refusal {
	return refuse(http.StatusBadRequest, "")
}

func invalidIdentifier(id string) *refusal {
	return refuse(http.StatusBadRequest, fmt.Sprintf("Identifier format is invalid (%s).", id))
}

func invalidMessageID(id string) *refusal {
	return refuse(http.StatusBadRequest, fmt.Sprintf("Value for MessageId (%s) is not valid.", id))
}

// contentTooLarge is the answer to more than the service takes.
func contentTooLarge() *refusal {
	return refuse(http.StatusRequestEntityTooLarge, "")
}

func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.status, r.code, r.message))
}

// body is what the service answers: indented, with CR LF line ends.
func (r *refusal) body() []byte {
	if r.bare || r.raw != nil {
		return r.raw
	}
	if r.documented {
		return encode(map[string]any{"error": struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}{r.code, r.message}})
	}
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

// unsupportedVersion is the answer to a missing or unknown api-version.
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
