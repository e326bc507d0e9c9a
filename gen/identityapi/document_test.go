package identityapi_test

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// contract reads the contract.
func contract() *openapi3.T {
	GinkgoHelper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/identity.yaml")
	Expect(err).NotTo(HaveOccurred())
	return doc
}

// eachOperation calls check for every operation of doc, by path and method.
func eachOperation(doc *openapi3.T, check func(op *openapi3.Operation)) {
	for _, o := range operations(doc) {
		check(doc.Paths.Value(o.path).GetOperation(o.method))
	}
}

// operation is an operation of an OpenAPI document in a line. An exclamation mark follows what is required.
type operation struct {
	id, method, path string
	parameters       string // in query unless it says otherwise; those of every operation are left out
	body             string // media types, then the schema
	success          string // status, then the schema
}

// operations returns every operation of doc, by path and method.
func operations(doc *openapi3.T) []operation {
	var all []operation
	for where, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{
				id:         op.OperationID,
				method:     method,
				path:       where,
				parameters: parameters(op.Parameters),
				body:       body(op.RequestBody),
				success:    success(op.Responses),
			})
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method))
	})
	return all
}

func parameters(refs openapi3.Parameters) string {
	var all []string
	for _, ref := range refs {
		p := ref.Value
		name := mark(p.Name, p.Required) + " " + typeName(p.Schema)
		if p.In != openapi3.ParameterInQuery {
			name = p.In + " " + name
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

func body(ref *openapi3.RequestBodyRef) string {
	if ref == nil {
		return ""
	}
	media := slices.Sorted(maps.Keys(ref.Value.Content))
	schema := typeName(ref.Value.Content[media[0]].Schema)
	return strings.Join(media, ", ") + " " + mark(schema, ref.Value.Required)
}

func success(responses *openapi3.Responses) string {
	var all []string
	for _, status := range slices.Sorted(maps.Keys(responses.Map())) {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		for media, content := range responses.Value(status).Value.Content {
			status += " " + media + " " + typeName(content.Schema)
		}
		all = append(all, status)
	}
	return strings.Join(all, ", ")
}

// fields returns the members of a schema, each as its name, its type and what else there is to it.
func fields(schema *openapi3.Schema) []string {
	var all []string
	for _, part := range schema.AllOf {
		if part.Ref != "" {
			all = append(all, "all of "+typeName(part))
		} else {
			all = append(all, fields(part.Value)...)
		}
	}
	for name, property := range schema.Properties {
		field := mark(name, slices.Contains(schema.Required, name)) + " " + typeName(property)
		if property.Value.ReadOnly {
			field += " readOnly"
		}
		if property.Value.Default != nil {
			field += fmt.Sprintf(" %v..%v or %v", *property.Value.Min, *property.Value.Max, property.Value.Default)
		}
		all = append(all, field)
	}
	return all
}

// enums returns the values of every enumeration of doc by the name of its type, and whether all of them are open.
func enums(doc *openapi3.T) (values map[string][]any, open bool) {
	values, open = map[string][]any{}, true
	collect := func(schema *openapi3.Schema) {
		if schema.Enum == nil {
			return
		}
		extension, _ := schema.Extensions["x-ms-enum"].(map[string]any)
		name, _ := extension["name"].(string)
		values[name] = schema.Enum
		open = open && extension["modelAsString"] == true
	}
	for _, ref := range doc.Components.Schemas {
		collect(ref.Value)
		for _, property := range ref.Value.Properties {
			collect(property.Value)
		}
	}
	return values, open
}

// typeName returns the name of a component, or what an inline schema is made of.
func typeName(ref *openapi3.SchemaRef) string {
	schema := ref.Value
	switch {
	case ref.Ref != "":
		return path.Base(ref.Ref)
	case len(schema.AllOf) == 1:
		return typeName(schema.AllOf[0])
	case schema.Items != nil:
		return "[]" + typeName(schema.Items)
	case schema.AdditionalProperties.Schema != nil:
		return "map[string]" + typeName(schema.AdditionalProperties.Schema)
	default:
		return cmp.Or(schema.Format, strings.Join(schema.Type.Slice(), " or "))
	}
}

func mark(name string, required bool) string {
	if required {
		return name + "!"
	}
	return name
}
