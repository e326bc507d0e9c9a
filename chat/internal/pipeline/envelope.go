package pipeline

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// envelope lists the members of a response without which the rest is misunderstood: a lost list is an empty page, a lost link the
// last page, and with a lost list of failures every participant is added. Members that must not be zero are not among them: the
// methods check those.
func envelope() []string { return []string{"value", "nextLink", "invalidParticipants"} }

// checkEnvelope fails if a member of the envelope, of those that the type has, is of the wrong kind in a JSON object. Null is absent.
func checkEnvelope(body []byte, wire reflect.Type) error {
	kinds := envelopeKinds(wire)
	if len(kinds) == 0 {
		return nil
	}
	malformed := map[string]bool{}
	dec := jsontext.NewDecoder(bytes.NewReader(body), lenient)
	_, err := dec.ReadToken() // the brace
	for err == nil && dec.PeekKind() != '}' {
		var token jsontext.Token
		if token, err = dec.ReadToken(); err != nil {
			break
		}
		name := strings.NewReplacer("-", "", "_", "").Replace(token.String()) // as the decoder matches names
		found := dec.PeekKind()
		for member, kind := range kinds {
			if strings.EqualFold(name, member) {
				malformed[member] = found != kind && found != 'n' // the last of duplicate members counts
			}
		}
		err = dec.SkipValue()
	}
	if err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	for _, member := range envelope() {
		if malformed[member] {
			return fmt.Errorf("%q is malformed", member)
		}
	}
	return nil
}

// envelopeKinds returns the JSON kinds of the members of the envelope that a type has.
func envelopeKinds(wire reflect.Type) map[string]jsontext.Kind {
	kinds := map[string]jsontext.Kind{}
	if wire.Kind() != reflect.Struct {
		return kinds
	}
	for _, field := range reflect.VisibleFields(wire) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		for _, member := range envelope() {
			switch {
			case name != member:
			case field.Type.Kind() == reflect.Slice:
				kinds[name] = '['
			default:
				kinds[name] = '"'
			}
		}
	}
	return kinds
}
