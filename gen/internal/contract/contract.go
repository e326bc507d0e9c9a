// Package contract has the promises that every contract in api/ keeps, with the bindings that are made of it.
// It is for their suites.
package contract

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Contract is all that a contract has to say.
type Contract struct {
	File       string // from where the suite runs
	Version    string
	Operations map[string]Operation // by their ids
	Schemas    map[string][]string  // all but the enumerations, by name, with their [Members]
	Enums      map[string][]any     // the values, by name

	// What the generator has made of it.
	Server reflect.Type   // the interface
	Models map[string]any // a value of the type of each schema that is a whole body, by name
}

// Load reads the document for a spec.
func (c Contract) Load() *openapi3.T {
	GinkgoHelper()
	doc, err := openapi3.NewLoader().LoadFromFile(c.File)
	Expect(err).NotTo(HaveOccurred())
	return doc
}

// Specs are the promises of every contract. It is called in a container.
func (c Contract) Specs() {
	var doc *openapi3.T

	BeforeEach(func() {
		doc = c.Load()
	})

	It("speaks "+c.Version, func() {
		Expect(doc.Info.Version).To(Equal(c.Version))
	})

	It("has every operation, and no other", func() {
		found := Operations(doc)
		Expect(slices.Collect(maps.Keys(found))).To(ConsistOf(slices.Collect(maps.Keys(c.Operations))))
		for id, op := range c.Operations {
			Expect(found[id]).To(Equal(op), id)
		}
	})

	It("takes a request id on every path", func() {
		for where, item := range doc.Paths.Map() {
			Expect(Parameters(item.Parameters)).To(Equal(
				"header x-ms-client-request-id string, header x-ms-return-client-request-id string"), where)
		}
	})

	for _, name := range slices.Sorted(maps.Keys(c.Schemas)) {
		It("has all members of "+name+", and no other", func() {
			Expect(doc.Components.Schemas).To(HaveKey(name))
			Expect(Members(doc.Components.Schemas[name].Value)).To(ConsistOf(c.Schemas[name]))
		})
	}

	It("has every schema, and no other", func() {
		var names []string
		for name, ref := range doc.Components.Schemas {
			if ref.Value.Enum == nil {
				names = append(names, name)
			} else {
				Expect(c.Enums).To(HaveKey(name))
			}
		}
		Expect(names).To(ConsistOf(slices.Collect(maps.Keys(c.Schemas))))
	})

	It("has every value of every enumeration, all of them open", func() {
		values, open := Enums(doc)
		Expect(values).To(Equal(c.Enums))
		Expect(open).To(BeTrue())
	})

	It("describes every operation, parameter, schema and member", func() {
		for op := range Each(doc) {
			Expect(op.Summary).NotTo(BeEmpty(), op.OperationID)
			Expect(op.Description).NotTo(BeEmpty(), op.OperationID)
			for _, p := range op.Parameters {
				Expect(p.Value.Description).NotTo(BeEmpty(), "%s %s", op.OperationID, p.Value.Name)
			}
		}
		for name, ref := range doc.Components.Schemas {
			Expect(ref.Value.Description).NotTo(BeEmpty(), name)
			for member, property := range ref.Value.Properties {
				Expect(property.Value.Description).NotTo(BeEmpty(), "%s.%s", name, member)
			}
		}
	})

	It("has valid examples of every parameter and body", func(ctx SpecContext) {
		Expect(doc.Validate(ctx)).To(Succeed())
		for op := range Each(doc) {
			for _, p := range op.Parameters {
				Expect(p.Value.Example).NotTo(BeNil(), "%s %s", op.OperationID, p.Value.Name)
			}
			for _, content := range contents(op) {
				Expect(examples(content)).NotTo(BeEmpty(), op.OperationID)
			}
		}
	})

	It("has examples that fit the generated types, with nothing lost", func() {
		for op := range Each(doc) {
			for _, content := range contents(op) {
				schema := TypeName(content.Schema)
				Expect(c.Models).To(HaveKey(schema))
				for _, example := range examples(content) {
					Expect(roundTrip(c.Models[schema], example)).To(MatchJSON(example), op.OperationID)
				}
			}
		}
	})

	It("is what the generated server serves", func() {
		Expect(c.Server.NumMethod()).To(Equal(len(c.Operations)))
		for id := range c.Operations {
			_, found := c.Server.MethodByName(strings.ReplaceAll(id, "_", ""))
			Expect(found).To(BeTrue(), id)
		}
	})
}
