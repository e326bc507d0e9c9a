package chat

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
	"github.com/acschat/acs-chat-go/chat/internal/errorbody"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// toError converts an error as the service writes it.
func toError(w errorbody.Error) *Error {
	e := &Error{Code: string(w.Code), Message: string(w.Message), Target: string(w.Target), StatusCode: w.Status()}
	for _, cause := range w.Causes() {
		e.Details = append(e.Details, toError(cause))
	}
	if w.InnerError != nil && !w.InnerError.IsEmpty() {
		e.InnerError = toError(*w.InnerError)
	}
	return e
}

// NewError converts an error response of Communication Services for callers of other operations, such as package identity. Its text
// begins with action, such as "identity: create user", and contains hint unless it is empty. NewError replaces the body of resp by a copy.
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
	body := pipeline.Body(resp)
	whole := len(body) < pipeline.MaxErrorBody
	body = bytes.Clone(body[:min(len(body), pipeline.MaxErrorBody)])
	kept := pipeline.EraseSecrets(body, resp.Request)
	words, err := errorbody.Parse(kept)
	foreign := err != nil && whole && len(bytes.TrimSpace(body)) > 0
	if foreign {
		hint = strings.TrimPrefix(hint+"; the response is not from the service ("+pipeline.ContentType(resp)+"): check the endpoint", "; ")
	}
	if resp.StatusCode >= http.StatusOK && resp.StatusCode < http.StatusMultipleChoices {
		kept = nil // it may contain messages, and the text of an azcore.ResponseError contains the body
	}
	e := toError(words)
	e.operation, e.hint, e.StatusCode = action, hint, resp.StatusCode
	e.seen = see(resp, held)
	e.seen.Foreign, e.seen.ExpectsTLS = foreign, foreign && diagnosis.ExpectsTLS(resp, kept)
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
