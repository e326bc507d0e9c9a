// Package errorbody reads the errors that Communication Services writes, in every shape that it has used.
package errorbody

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Error is an error as the service writes it.
type Error struct {
	Code        text    `json:"code"`
	Message     text    `json:"message"`
	Target      text    `json:"target"`
	Details     []Error `json:"details"`
	InnerErrors []Error `json:"innerErrors"`
	InnerError  *Error  `json:"innererror"`
}

// body has every shape: documented ("error", camel case), live ("CommunicationError", Pascal case), older ("Error", "ChatError")
// and bare. Names match in any case.
type body struct {
	Error

	Documented *Error `json:"error"`
	Live       *Error `json:"communicationError"`
	Older      *Error `json:"chatError"`
}

// Parse returns the first shape in b that is not empty, or the zero value. An error means that b is not a JSON object.
func Parse(b []byte) (Error, error) {
	var decoded body
	err := pipeline.Decode(b, &decoded)
	for _, shape := range []*Error{decoded.Documented, decoded.Live, decoded.Older} {
		if shape != nil && !shape.IsEmpty() {
			return *shape, err
		}
	}
	return decoded.Error, err
}

// IsEmpty reports whether the service wrote nothing, at any depth.
func (e *Error) IsEmpty() bool {
	return e.Code == "" && e.Message == "" && e.Target == "" && len(e.Causes()) == 0 && (e.InnerError == nil || e.InnerError.IsEmpty())
}

// Causes returns the errors behind e that are not empty, which the service writes under two names.
func (e *Error) Causes() []Error {
	return slices.DeleteFunc(slices.Concat(e.Details, e.InnerErrors), func(e Error) bool { return e.IsEmpty() })
}

// Status returns the HTTP status that the service writes as the code of an error inside a response, or 0.
func (e *Error) Status() int {
	if status, err := strconv.Atoi(string(e.Code)); err == nil && status >= 100 && status <= 599 {
		return status
	}
	return 0
}

// text is a string. A number or a boolean in its place becomes its JSON text, anything else "".
type text string

func (t *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case '"':
		unquoted, _ := jsontext.AppendUnquote(nil, value) // malformed characters are replaced
		*t = text(unquoted)
	case '0', 't', 'f':
		*t = text(value)
	default:
		*t = ""
	}
	return nil
}
