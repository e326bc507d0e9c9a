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

// errorBody is every shape the service has given its errors: documented ("error", camel case), live ("CommunicationError",
// Pascal case), older ("Error", "ChatError") and bare. Names are matched in any case.
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

// toError takes the first shape in which there are words.
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

// silent reports whether the service has said nothing.
func (e *Error) silent() bool {
	return e.Code == "" && e.Message == "" && e.Target == "" && e.Details == nil && e.InnerError == nil
}

// statusOf reads the status that the service gives as the code of an error inside an answer.
func statusOf(code string) int {
	if status, err := strconv.Atoi(code); err == nil && status >= 100 && status <= 599 {
		return status
	}
	return 0
}

// looseText reads a string, and what stands in its place as it is written.
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

// NewError reads an answer of Communication Services that is not a success, whatever its shape. action is what was tried and hint
// what the caller knows beyond the service's words, "" for nothing; both go into the text. It takes the body and leaves a copy.
// resp must not be nil. It is for those who call operations that this package does not have, as package identity does.
func NewError(action string, resp *http.Response, hint string) *Error {
	return newError(action, resp, hint, nil)
}

// refuse makes the error of a call.
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
		hint = strings.TrimPrefix(hint+"; the answer is not the service's ("+contentType(resp)+"): is something else at the endpoint?", "; ")
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

// withoutSecrets is a body without secrets, should the service quote them: the token of the request, which may be of any form, and
// all that redact recognizes.
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

func contentType(resp *http.Response) string {
	name, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if name == "" {
		return "no content type"
	}
	return pipeline.LogLine(name)
}
