package chat

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// marshal writes the wire form of a value, which has the type T in errors.
func marshal[T any](wire any) ([]byte, error) {
	data, err := pipeline.Marshal(wire)
	if err != nil {
		return nil, fmt.Errorf("chat: marshal %v: %w", reflect.TypeFor[T](), err)
	}
	return data, nil
}

// unmarshal replaces a value by the one that data holds, as tolerantly as a response is decoded. By convention null changes
// nothing.
func unmarshal[Wire, T any](data []byte, into *T, convert func(Wire) T) error {
	switch jsontext.Value(data).Kind() {
	case jsontext.KindNull:
		return nil
	case jsontext.KindBeginObject:
	default:
		return fmt.Errorf("chat: unmarshal %v: not a JSON object", reflect.TypeFor[T]())
	}
	var wire Wire
	if err := pipeline.Decode(data, &wire); err != nil {
		return fmt.Errorf("chat: unmarshal %v: %w", reflect.TypeFor[T](), err)
	}
	*into = convert(wire)
	return nil
}

// unknownMembers returns the members that the decoder did not know, in the form in which encoding/json writes and reads them
// without a change. It is nil if there are none.
func unknownMembers(members jsontext.Value) json.RawMessage {
	if len(members) == 0 {
		return nil
	}
	err := members.Format(
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(false),
		jsontext.Multiline(false), jsontext.SpaceAfterColon(false), jsontext.SpaceAfterComma(false),
	)
	if err != nil {
		return nil // the decoder has parsed them, so that they are JSON
	}
	return json.RawMessage(members)
}
