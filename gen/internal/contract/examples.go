package contract

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/gomega"
)

// contents are the bodies of an operation, of its request and of its answers.
func contents(op *openapi3.Operation) []*openapi3.MediaType {
	var all []*openapi3.MediaType
	if op.RequestBody != nil {
		all = slices.AppendSeq(all, maps.Values(op.RequestBody.Value.Content))
	}
	for _, ref := range op.Responses.Map() {
		all = slices.AppendSeq(all, maps.Values(ref.Value.Content))
	}
	return all
}

// examples are the examples of a body, as JSON.
func examples(content *openapi3.MediaType) [][]byte {
	var all [][]byte
	add := func(example any) {
		text, err := json.Marshal(example)
		Expect(err).NotTo(HaveOccurred())
		// The service writes an offset of +00:00, for which Go writes Z.
		all = append(all, bytes.ReplaceAll(text, []byte("+00:00"), []byte("Z")))
	}
	if content.Example != nil {
		add(content.Example)
	}
	for _, ref := range content.Examples {
		add(ref.Value.Value)
	}
	return all
}

// roundTrip decodes text into a new value of the type of model, where every member must have a field, and encodes that.
func roundTrip(model any, text []byte) ([]byte, error) {
	value := reflect.New(reflect.TypeOf(model)).Interface()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
