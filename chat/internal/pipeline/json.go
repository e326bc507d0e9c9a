package pipeline

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// The decoder is go-json-experiment, the second version of encoding/json by the Go team. It decodes a page of 200 messages in two
// fifths of the time of encoding/json, with two thirds of the allocations (see "make bench"), and it can be lenient. It is to be
// replaced by encoding/json/v2 when that is no longer an experiment.
//
// Only a syntax error and a malformed member of the envelope (see checkEnvelope) fail, so that one malformed item does not lose a
// page: any other member of the wrong type is its zero value, the last of duplicate members wins, and names match in any case.
var (
	lenient = json.JoinOptions(
		jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true),
		json.MatchCaseInsensitiveNames(true),
	)
	forgiving = json.JoinOptions(lenient,
		jsonv1.ReportErrorsWithLegacySemantics(true), // goes on behind a member of the wrong type
		json.WithUnmarshalers(json.UnmarshalFromFunc(unmarshalTime)),
	)
)

// Decode decodes a JSON object into a zero value. Times keep the offset they are written with.
func Decode(body []byte, into any) error { return decode(body, into, func() error { return nil }) }

func decode(body []byte, into any, ended func() error) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(body) == 0 {
		return errors.New("the body is empty")
	}
	if body[0] != '{' {
		return errors.New("the body is not a JSON object")
	}
	err := checkSize(body, ended)
	if err == nil {
		err = decodeLeniently(body, into, ended)
	}
	if reason := ended(); reason != nil && len(body) > largeBody {
		return reason
	}
	return err
}

func decodeLeniently(body []byte, into any, ended func() error) error {
	// The forgiving options double the time, and hardly any page needs them.
	if unmarshal(body, into, ended, lenient) == nil {
		return nil
	}
	reflect.ValueOf(into).Elem().SetZero()
	err := unmarshal(body, into, ended, forgiving)
	var broken *jsonv1.SyntaxError
	if errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	return checkEnvelope(body, reflect.TypeOf(into).Elem())
}

func unmarshalTime(dec *jsontext.Decoder, t *time.Time) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	*t = time.Time{}
	if value.Kind() != '"' {
		return nil
	}
	text := value[1 : len(value)-1]
	if bytes.IndexByte(text, '\\') >= 0 { // .NET escapes the plus of an offset by default
		text, _ = jsontext.AppendUnquote(nil, value)
	}
	*t = parseTime(string(text))
	return nil
}

// parseTime parses RFC 3339 with any number of fractional digits, and a date without an offset as UTC. It returns the zero time
// for anything else.
func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// Encode makes the body of a request, in the form that azcore uses without a copy.
func Encode(request any) io.ReadSeekCloser {
	var b bytes.Buffer
	enc := stdjson.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the service's limits count bytes
	if err := enc.Encode(request); err != nil {
		panic("encode a generated type: " + err.Error()) // they consist of strings, numbers and times
	}
	return streaming.NopCloser(bytes.NewReader(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
}
