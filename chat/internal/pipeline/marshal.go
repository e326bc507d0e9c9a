package pipeline

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// Marshal writes a wire type as Decode reads it: metadata in alphabetical order, and unknown members as they came.
func Marshal(wire any) ([]byte, error) {
	return json.Marshal(wire,
		json.Deterministic(true),
		jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true),
		jsonv1.OmitEmptyWithLegacySemantics(true), // the generated types are written for encoding/json
	)
}
