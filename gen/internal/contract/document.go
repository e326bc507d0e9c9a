package contract

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is an operation in a few words. An exclamation mark follows what is required.
type Operation struct {
	Method, Path string
	Parameters   string // in query unless it says otherwise; those of every operation are left out
	Body         string // media types, then the schema
	Success      string // status, then the schema
}

// Each yields every operation of a document, in no order.
func Each(doc *openapi3.T) iter.Seq[*openapi3.Operation] {
	return func(yield func(*openapi3.Operation) bool) {
		for _, item := range doc.Paths.Map() {
			for _, op := range item.Operations() {
				if !yield(op) {
					return
				}
			}
		}
	}
}

// Operations are the operations of a document by their ids.
func Operations(doc *openapi3.T) map[string]Operation {
	all := map[string]Operation{}
	for where, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all[op.OperationID] = Operation{
				Method:     method,
				Path:       where,
				Parameters: Parameters(op.Parameters),
				Body:       body(op.RequestBody),
				Success:    success(op.Responses),
			}
		}
	}
	return all
}

// Parameters are as many words as there are in [Operation] for them.
func Parameters(refs openapi3.Parameters) string {
	var all []string
	for _, ref := range refs {
		p := ref.Value
		name := mark(p.Name, p.Required) + " " + TypeName(p.Schema)
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
	schema := TypeName(ref.Value.Content[media[0]].Schema)
	return strings.Join(media, ", ") + " " + mark(schema, ref.Value.Required)
}

func success(responses *openapi3.Responses) string {
	var all []string
	for _, status := range slices.Sorted(maps.Keys(responses.Map())) {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		for media, content := range responses.Value(status).Value.Content {
			status += " " + media + " " + TypeName(content.Schema)
		}
		all = append(all, status)
	}
	return strings.Join(all, ", ")
}

// Members are the members of a schema, each as its name, its type and what else there is to it.
func Members(schema *openapi3.Schema) []string {
	var all []string
	for _, part := range schema.AllOf {
		if part.Ref != "" {
			all = append(all, "all of "+TypeName(part))
		} else {
			all = append(all, Members(part.Value)...)
		}
	}
	for name, property := range schema.Properties {
		member := mark(name, slices.Contains(schema.Required, name)) + " " + TypeName(property)
		if property.Value.ReadOnly {
			member += " readOnly"
		}
		if property.Value.Default != nil {
			member += fmt.Sprintf(" %v..%v or %v", *property.Value.Min, *property.Value.Max, property.Value.Default)
		}
		all = append(all, member)
	}
	return all
}

// Enums are the values of every enumeration by the name of its type, and whether all of them are open.
func Enums(doc *openapi3.T) (values map[string][]any, open bool) {
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

// TypeName is the name of a component, or what an inline schema is made of.
func TypeName(ref *openapi3.SchemaRef) string {
	schema := ref.Value
	switch {
	case ref.Ref != "":
		return path.Base(ref.Ref)
	case len(schema.AllOf) == 1:
		return TypeName(schema.AllOf[0])
	case schema.Items != nil:
		return "[]" + TypeName(schema.Items)
	case schema.AdditionalProperties.Schema != nil:
		return "map[string]" + TypeName(schema.AdditionalProperties.Schema)
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
