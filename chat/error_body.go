package chat

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/chat/redact"
)

// errorBody has every shape of errors that the service has used: documented ("error", camel case), live ("CommunicationError",
// Pascal case), older ("Error", "ChatError") and bare. Names match in any case.
type errorBody struct {
	errorWords

	Error              *errorWords `json:"error"`
	CommunicationError *errorWords `json:"communicationError"`
	ChatError          *errorWords `json:"chatError"`
}

type errorWords struct {
	Code        looseText    `json:"code"`
	Message     looseText    `json:"message"`
	Target      looseText    `json:"target"`
	Details     []errorWords `json:"details"`
	InnerErrors []errorWords `json:"innerErrors"`
	InnerError  *errorWords  `json:"innererror"`
}

// toError returns the first shape that is not empty.
func (b errorBody) toError() *Error {
	for _, w := range []*errorWords{b.Error, b.CommunicationError, b.ChatError} {
		if e := w.toError(); !e.silent() {
			return e
		}
	}
	return b.errorWords.toError()
}

func (w *errorWords) toError() *Error {
	if w == nil {
		return &Error{}
	}
	e := &Error{Code: string(w.Code), Message: string(w.Message), Target: string(w.Target), StatusCode: statusOf(string(w.Code))}
	for _, detail := range slices.Concat(w.Details, w.InnerErrors) {
		if d := detail.toError(); !d.silent() {
			e.Details = append(e.Details, d)
		}
	}
	if inner := w.InnerError.toError(); !inner.silent() {
		e.InnerError = inner
	}
	return e
}

// silent reports whether the service wrote nothing.
func (e *Error) silent() bool {
	return e.Code == "" && e.Message == "" && e.Target == "" && e.Details == nil && e.InnerError == nil
}

// statusOf returns the status that the service writes as the code of an error in a response.
func statusOf(code string) int {
	if status, err := strconv.Atoi(code); err == nil && status >= 100 && status <= 599 {
		return status
	}
	return 0
}

// looseText is a string, or the JSON that is in its place.
type looseText string

func (t *looseText) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case '"':
		text, _ := jsontext.AppendUnquote(nil, value) // what can't be read is replaced, not lost
		*t = looseText(text)
	case '0', 't', 'f':
		*t = looseText(value)
	default:
		*t = ""
	}
	return nil
}

// NewError converts an error response of Communication Services, of any shape, for callers of other operations, such as package
// identity. Its text contains action, such as "identity: create user", and hint, which may be empty. NewError replaces the body
// by a copy. resp must not be nil.
func NewError(action string, resp *http.Response, hint string) *Error {
	return newError(action, resp, hint, nil)
}

// refuse returns the error of a call.
func refuse(ctx context.Context, action string, resp *http.Response, hint string) error {
	held, _ := pipeline.Noted(ctx).(*heldToken)
	if held != nil && resp.StatusCode == http.StatusUnauthorized { // the service gives no reason
		hint = held.age()
	}
	return newError(action, resp, hint, held)
}

func newError(action string, resp *http.Response, hint string, held *heldToken) *Error {
	body := bytes.Clone(pipeline.Body(resp))
	kept := withoutSecrets(body, resp.Request)
	var decoded errorBody
	err := pipeline.Decode(kept, &decoded)
	foreign := err != nil && len(bytes.TrimSpace(body)) > 0
	if foreign {
		hint = strings.TrimPrefix(hint+"; the response is not from the service ("+pipeline.ContentType(resp)+"): check the endpoint", "; ")
	}
	e := decoded.toError()
	e.operation, e.hint, e.StatusCode = action, hint, resp.StatusCode
	e.seen = see(resp, held)
	e.seen.Foreign = foreign
	e.CorrelationVector = resp.Header.Get("MS-CV")
	e.RetryAfter = pipeline.RetryAfter(resp.Header)
	e.RequestID = resp.Header.Get(pipeline.RequestIDHeader)
	if resp.Request != nil {
		e.RequestID = cmp.Or(resp.Request.Header.Get(pipeline.RequestIDHeader), e.RequestID)
	}
	// The body may go back to a pool, and a caller may have captured the answer.
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e.response = &azcore.ResponseError{StatusCode: resp.StatusCode, ErrorCode: e.Code, RawResponse: pipeline.Kept(resp, kept)} //nolint:bodyclose // it is in memory
	return e
}

// withoutSecrets removes secrets from a body, in case the service quotes them: the token of the request, which may be of any
// form, and what redact recognizes.
func withoutSecrets(body []byte, req *http.Request) []byte {
	text := string(body)
	if req != nil {
		token, found := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
		if !found {
			token = req.Header.Get("X-Skypetoken") // of real-time notifications
		}
		if token != "" {
			text = strings.ReplaceAll(text, token, "[redacted]")
		}
	}
	return []byte(redact.Text(text))
}
