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

// Errors that classify an [Error] by its status code, also that of a [FailedParticipant]; match them with [errors.Is].
var (
	ErrBadRequest   = errors.New("the request is not valid")                       // 400
	ErrUnauthorized = errors.New("the token is missing, expired or revoked")       // 401
	ErrForbidden    = errors.New("the user is not allowed to do this")             // 403
	ErrNotFound     = errors.New("the thread, message or user does not exist")     // 404
	ErrTooLarge     = errors.New("the request is larger than the service accepts") // 413
	ErrThrottled    = errors.New("too many requests")                              // 429, or refused by a Limiter
	ErrUnavailable  = errors.New("the service is unavailable")                     // 408, 500, 502, 503, 504
)

// ErrOutcomeUnknown means that a message may or may not have been sent: the request was sent, and no response tells the outcome.
// List the newest messages before sending it again, or send it with [ThreadClient.SendMessageOnce].
var ErrOutcomeUnknown = pipeline.ErrOutcomeUnknown

// ErrNoToken means that the callback of a credential or a fleet returned no valid token. It says nothing about the request, although the
// error may match others because the callback's error does, such as [ErrForbidden] if that is a response of the identity API.
var ErrNoToken = errors.New("there is no token")

// ErrClosed is returned by every call on a client, thread client, fleet or credential after its Close.
var ErrClosed = pipeline.ErrClosed

// Error is an error response of the service, or the reason why a participant was not added. It unwraps to an
// [azcore.ResponseError] with the raw response.
type Error struct {
	// StatusCode is the HTTP status, or the status that the service reports for a participant. 0 means that it reports none.
	StatusCode int
	// Code and Message are from the response, and are often empty: a 401 has no body.
	Code    string
	Message string
	// Target is the subject of the error, such as the raw id of a participant.
	Target string
	// Details and InnerError are nested errors, nil if there are none.
	Details    []*Error
	InnerError *Error
	// RequestID is the x-ms-client-request-id and CorrelationVector the MS-CV of the response, for Azure support.
	RequestID         string
	CorrelationVector string
	// RetryAfter is the delay that the service requests, usually 0. After [ErrThrottled] wait for at least ten seconds.
	RetryAfter time.Duration

	operation string // what was tried, "chat: send message"
	hint      string // what this client knows beyond the service's words
	response  *azcore.ResponseError
	seen      diagnosis.Seen // for Explain
}

// Error returns one line. It contains no token, query or body, and shortens the text of the service.
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

// Is reports whether target is the error of the package for the status code.
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

// Unwrap returns the [azcore.ResponseError], nil for the error of a participant.
func (e *Error) Unwrap() error {
	if e.response == nil {
		return nil
	}
	return e.response
}
