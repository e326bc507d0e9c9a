package chat

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// What an error of the service means; match with [errors.Is]. They match an [Error] by its status code, also the one of
// a [FailedParticipant].
var (
	ErrBadRequest   = errors.New("the request is not valid")                       // 400
	ErrUnauthorized = errors.New("the token is missing, expired or revoked")       // 401
	ErrForbidden    = errors.New("the user may not do this")                       // 403
	ErrNotFound     = errors.New("there is no such thread, message or user")       // 404
	ErrTooLarge     = errors.New("the request is larger than the service accepts") // 413
	ErrThrottled    = errors.New("too many requests")                              // 429
	ErrUnavailable  = errors.New("the service can't answer now")                   // 408, 500, 502, 503, 504
)

// ErrOutcomeUnknown says that a message may or may not have been sent: the request went out, and no answer says what
// became of it. SendMessage does not try again by itself, since the message might then come twice: list the newest
// messages first.
var ErrOutcomeUnknown = pipeline.ErrOutcomeUnknown

// ErrClosed is the error of every call on a client, thread client or credential after its Close.
var ErrClosed = pipeline.ErrClosed

// Error is an answer of the service that is not a success, or the reason why one participant was not added.
// Match it with [errors.AsType], and its meaning with [errors.Is] against [ErrForbidden] and its kin.
// It unwraps to an [azcore.ResponseError], which holds the raw response.
type Error struct {
	// StatusCode is the HTTP status, or the one the service gave for a participant. 0: it gave none.
	StatusCode int
	// Code and Message are the service's own words, often empty: a 401 has no body at all.
	Code    string
	Message string
	// Target is what the error is about, the raw id of a participant for example.
	Target string
	// Details are the single errors behind this one, InnerError is the one beneath it; nil where the service says nothing there.
	Details    []*Error
	InnerError *Error
	// RequestID is the x-ms-client-request-id of the request, CorrelationVector the MS-CV of the answer:
	// what the service's support asks for.
	RequestID         string
	CorrelationVector string
	// RetryAfter is how long the service asked to wait. 0: it did not say, and the live service was never seen to. Whoever waits
	// for this alone does not wait at all: have a delay of your own, of ten seconds or more after [ErrThrottled].
	RetryAfter time.Duration

	operation string // what was tried, "chat: send message"
	hint      string // what this client knows beyond the service's words
	response  *azcore.ResponseError
	seen      diagnosis.Seen // for Explain
}

// Error is one line. It has no token, no query and no body, and of the service's words not more than fits a log line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.operation != "" {
		b.WriteString(e.operation + ": ")
	}
	status := http.StatusText(e.StatusCode)
	switch {
	case status != "":
		fmt.Fprintf(&b, "%d %s", e.StatusCode, status)
	case e.StatusCode != 0:
		fmt.Fprintf(&b, "status %d", e.StatusCode)
	default:
		b.WriteString("refused")
	}
	if code := pipeline.LogLine(e.Code); code != "" && code != strconv.Itoa(e.StatusCode) && code != strings.ReplaceAll(status, " ", "") {
		b.WriteString(" (" + code + ")")
	}
	for _, words := range []string{e.Message, e.hint} {
		if words := strings.TrimSuffix(pipeline.LogLine(words), "."); words != "" {
			b.WriteString(": " + words)
		}
	}
	for _, about := range []struct{ name, value string }{
		{"target", e.Target}, {"request", e.RequestID}, {"MS-CV", e.CorrelationVector},
	} {
		if value := pipeline.LogLine(about.value); value != "" {
			b.WriteString(", " + about.name + " " + value)
		}
	}
	if wait := e.RetryAfter.Round(time.Millisecond); wait > 0 {
		b.WriteString(", wait " + wait.String())
	}
	return b.String()
}

// Is matches the sentinels by status code.
func (e *Error) Is(target error) bool {
	switch e.StatusCode {
	case http.StatusBadRequest:
		return target == ErrBadRequest
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusRequestEntityTooLarge:
		return target == ErrTooLarge
	case http.StatusTooManyRequests:
		return target == ErrThrottled
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return target == ErrUnavailable
	}
	return false
}

// Unwrap returns the [azcore.ResponseError] behind the error, nil for the error of a participant.
func (e *Error) Unwrap() error {
	if e.response == nil {
		return nil
	}
	return e.response
}
