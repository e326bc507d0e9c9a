package chat

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
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

// NewError reads an answer of Communication Services that is not a success, whatever its shape. tried is what was tried and hint
// what the caller knows beyond the service's words, "" for nothing; both go into the text. It takes the body and leaves a copy.
// It is for those who call operations that this package does not have, as package identity does.
func NewError(tried string, resp *http.Response, hint string) *Error {
	body := bytes.Clone(pipeline.Body(resp))
	e := &Error{}
	var decoded errorBody
	if err := pipeline.Decode(body, &decoded); err == nil {
		e = decoded.words().toError()
	} else if len(bytes.TrimSpace(body)) > 0 {
		hint = strings.TrimPrefix(hint+"; the answer is not the service's ("+contentType(resp)+"): is something else at the endpoint?", "; ")
	}
	e.operation, e.hint, e.StatusCode = tried, hint, resp.StatusCode
	e.CorrelationVector = resp.Header.Get("MS-CV")
	e.RetryAfter = pipeline.RetryAfter(resp.Header)
	e.RequestID = resp.Header.Get(pipeline.RequestIDHeader)
	if resp.Request != nil {
		e.RequestID = resp.Request.Header.Get(pipeline.RequestIDHeader)
	}
	// The body may go back to a pool; whoever unwraps the error, and whoever has captured the answer, want one each.
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
	return pipeline.LogLine(name)
}
