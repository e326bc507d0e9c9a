package pipeline

import (
	"bytes"
	"context"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxItems is the limit of the items of all lists in a body together: twice those of a page of 200 messages that each list 250
	// participants. An item of two bytes may take 400 in memory.
	maxItems = 100_000
	// maxTokens is the limit of the JSON tokens in a body, twice those of that page.
	maxTokens = 2_000_000
	// largeBody is the size in bytes up to which a body is decoded without interruption.
	largeBody = 1 << 20
)

// DecodeWithin is Decode, and stops when a context ends. A body of up to largeBody is decoded nevertheless.
func DecodeWithin(ctx context.Context, body []byte, into any) error {
	return decode(body, into, ctx.Err)
}

// interruptible is a body that is read until ended returns an error.
type interruptible struct {
	*bytes.Reader
	ended func() error
}

func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ended(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func unmarshal(body []byte, into any, ended func() error, options json.Options) error {
	if len(body) <= largeBody {
		return json.Unmarshal(body, into, options)
	}
	return json.UnmarshalRead(interruptible{bytes.NewReader(body), ended}, into, options)
}

// checkSize fails if a body exceeds maxItems or maxTokens. It reads only bodies that may.
func checkSize(body []byte, ended func() error) error {
	if bytes.Count(body, []byte(",")) < maxItems/2 && bytes.Count(body, []byte("[")) < maxItems/2 {
		return nil
	}
	dec := jsontext.NewDecoder(interruptible{bytes.NewReader(body), ended}, lenient)
	items := 0
	for range maxTokens {
		container, _ := dec.StackIndex(dec.StackDepth())
		token, err := dec.ReadToken()
		if err != nil {
			return nil //nolint:nilerr // the end, or what decoding reports
		}
		if container == '[' && token.Kind() != ']' {
			items++
		}
		if items > maxItems {
			return fmt.Errorf("its lists have more than %d items", maxItems)
		}
	}
	return fmt.Errorf("it has more than %d JSON tokens", maxTokens)
}
