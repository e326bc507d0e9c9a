package chat

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/go-json-experiment/json/jsontext"
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
	Code       looseText    `json:"code"`
	Message    looseText    `json:"message"`
	Target     looseText    `json:"target"`
	Details    []errorWords `json:"details"`
	InnerError *errorWords  `json:"innererror"`
	Inner      []errorWords `json:"innerErrors"`
}

func (b errorBody) words() errorWords {
	for _, w := range []*errorWords{b.Error, b.CommunicationError, b.ChatError} {
		if w != nil {
			return *w
		}
	}
	return b.errorWords
}

func (w errorWords) toError() *Error {
	e := &Error{Code: string(w.Code), Message: string(w.Message), Target: string(w.Target), StatusCode: statusOf(string(w.Code))}
	for _, detail := range w.Details {
		e.Details = append(e.Details, detail.toError())
	}
	if w.InnerError != nil {
		e.InnerError = w.InnerError.toError()
	} else if len(w.Inner) > 0 {
		e.InnerError = w.Inner[0].toError()
	}
	return e
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

// newError reads an answer that is not the success the operation has.
func newError(op operation, resp *http.Response) *Error {
	body := bodyBytes(resp)
	e := &Error{}
	var decoded errorBody
	if err := decode(body, &decoded); err == nil {
		e = decoded.words().toError()
	} else if len(bytes.TrimSpace(body)) > 0 {
		e.hint = "the answer is not the service's (" + contentType(resp) + "): is something else at the endpoint?"
	}
	switch {
	case resp.StatusCode < 300:
		e.hint = "expected status " + strconv.Itoa(op.status)
	case resp.StatusCode < 400:
		e.hint = "redirects are not followed: check the endpoint"
	}
	return e.of(op, resp, body)
}

// newUnreadable is for a success whose body can't be used.
func newUnreadable(op operation, resp *http.Response, cause error) *Error {
	e := &Error{hint: cause.Error() + " (" + contentType(resp) + "): is something else at the endpoint?"}
	return e.of(op, resp, bodyBytes(resp))
}

// of adds what the answer itself tells. The body, which goes back to its pool, is copied for those who want more:
// whoever unwraps the error, and whoever has captured the answer.
func (e *Error) of(op operation, resp *http.Response, body []byte) *Error {
	e.operation, e.StatusCode = op.tried, resp.StatusCode
	e.CorrelationVector = resp.Header.Get("MS-CV")
	e.RetryAfter = retryAfter(resp.Header)
	e.RequestID = resp.Header.Get(requestIDHeader)
	if resp.Request != nil {
		e.RequestID = resp.Request.Header.Get(requestIDHeader)
	}
	body = bytes.Clone(body)
	copied := *resp
	copied.Body = io.NopCloser(bytes.NewReader(body))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e.response = &azcore.ResponseError{StatusCode: resp.StatusCode, ErrorCode: e.Code, RawResponse: &copied}
	return e
}

func contentType(resp *http.Response) string {
	name, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if name == "" {
		return "no content type"
	}
	return logLine(name)
}

// retryAfter reads the delay the service asks for, in milliseconds, seconds or as a date. 0: none.
func retryAfter(h http.Header) time.Duration {
	for _, name := range []string{"retry-after-ms", "x-ms-retry-after-ms"} {
		if n, err := strconv.ParseInt(h.Get(name), 10, 32); err == nil && n > 0 {
			return time.Duration(n) * time.Millisecond
		}
	}
	value := h.Get("Retry-After")
	if n, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if on, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(on))
	}
	return 0
}
