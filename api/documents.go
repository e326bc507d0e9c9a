package api

import (
	_ "embed"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed chat.yaml
var chatYAML []byte

//go:embed identity.yaml
var identityYAML []byte

// routes are the operations of both contracts by their ids.
var routes = sync.OnceValue(func() map[string]*routers.Route { //nolint:gochecknoglobals // made once, and never changed
	all := make(map[string]*routers.Route)
	for _, text := range [][]byte{chatYAML, identityYAML} {
		doc, err := openapi3.NewLoader().LoadFromData(text)
		if err != nil {
			panic(fmt.Sprintf("api: %v", err)) // the contracts have tests of their own
		}
		for _, ref := range doc.Components.Schemas {
			tighten(doc, ref.Value)
		}
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				all[op.OperationID] = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
			}
		}
	}
	return all
})

// tighten forbids members that an object does not list, and opens enumerations. The base of a discriminator gets the members of the
// schemas that it stands for.
func tighten(doc *openapi3.T, schema *openapi3.Schema) {
	schema.Enum = nil
	if schema.Discriminator != nil {
		for _, ref := range schema.Discriminator.Mapping {
			for _, part := range doc.Components.Schemas[ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]].Value.AllOf {
				maps.Copy(schema.Properties, part.Value.Properties)
			}
		}
	}
	for _, property := range schema.Properties {
		tighten(doc, property.Value)
	}
	if schema.Type.Is("object") && schema.AdditionalProperties.Schema == nil {
		schema.AdditionalProperties.Has = new(false)
	}
}

// wildcards returns the arguments in an escaped path of a route, still escaped. It reports false if the path is that of another route.
func wildcards(route *routers.Route, method, path string) (map[string]string, bool) {
	wanted, segments := strings.Split(route.Path, "/"), strings.Split(path, "/")
	if method != route.Method || len(wanted) != len(segments) {
		return nil, false
	}
	arguments := make(map[string]string)
	for i, segment := range segments {
		if name, ok := strings.CutPrefix(wanted[i], "{"); ok {
			arguments[strings.TrimSuffix(name, "}")] = segment
		} else if literal, err := url.PathUnescape(segment); err != nil || literal != wanted[i] {
			return nil, false
		}
	}
	return arguments, true
}

// errorSchema is the schema of the errors of an operation.
func errorSchema(route *routers.Route) *openapi3.Schema {
	return route.Spec.Components.Schemas["CommunicationErrorResponse"].Value
}
