package identityapi_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/identityapi"
)

var _ = Describe("The contract, api/identity.yaml", func() {
	var doc *openapi3.T

	BeforeEach(func() {
		doc = contract()
	})

	each := func(check func(op *openapi3.Operation)) { eachOperation(doc, check) }

	It("speaks 2025-06-30", func() {
		Expect(doc.Info.Version).To(Equal("2025-06-30"))
	})

	It("has every operation, and no other", func() {
		Expect(operations(doc)).To(ConsistOf(wantOperations))
	})

	It("takes a request id on every path", func() {
		for where, item := range doc.Paths.Map() {
			Expect(parameters(item.Parameters)).To(Equal(
				"header x-ms-client-request-id string, header x-ms-return-client-request-id string"), where)
		}
	})

	It("opens to an access key or an application, and one exchange to a person alone", func() {
		Expect(doc.Security).To(Equal(openapi3.SecurityRequirements{{"AccessKey": {}}, {"EntraApplication": {}}}))
		each(func(op *openapi3.Operation) {
			if op.OperationID == "TeamsExtensionToken_Exchange" {
				Expect(op.Security).To(HaveValue(Equal(openapi3.SecurityRequirements{{"EntraUser": {}}})))
			} else {
				Expect(op.Security).To(BeNil(), op.OperationID)
			}
		})
		Expect(doc.Components.SecuritySchemes["AccessKey"].Value).To(And(
			HaveField("Type", "apiKey"), HaveField("In", "header"), HaveField("Name", "Authorization")))
	})

	It("has one error for every other status", func() {
		each(func(op *openapi3.Operation) {
			failed := op.Responses.Default().Value
			Expect(typeName(failed.Content["application/json"].Schema)).To(Equal("CommunicationErrorResponse"), op.OperationID)
			Expect(failed.Extensions).To(HaveKeyWithValue("x-ms-error-response", true))
			for status := range op.Responses.Map() {
				Expect(status).To(Or(HavePrefix("2"), Equal("default")), op.OperationID)
			}
		})
	})

	It("names the headers of the answers", func() {
		each(func(op *openapi3.Operation) {
			for status, ref := range op.Responses.Map() {
				want := []string{"api-supported-versions", "MS-CV", "x-ms-client-request-id"}
				if status == "default" {
					want = append(want, "Retry-After")
				}
				Expect(slices.Collect(maps.Keys(ref.Value.Headers))).To(ConsistOf(want), "%s %s", op.OperationID, status)
			}
		})
	})

	for _, want := range wantSchemas {
		It("has all members of "+want.name+", and no other", func() {
			Expect(doc.Components.Schemas).To(HaveKey(want.name))
			Expect(fields(doc.Components.Schemas[want.name].Value)).To(ConsistOf(want.fields))
		})
	}

	It("has every schema, and no other", func() {
		names := slices.Collect(maps.Keys(wantEnums))
		for _, want := range wantSchemas {
			names = append(names, want.name)
		}
		Expect(slices.Collect(maps.Keys(doc.Components.Schemas))).To(ConsistOf(names))
	})

	It("has every value of every enumeration, all of them open", func() {
		values, open := enums(doc)
		Expect(values).To(Equal(wantEnums))
		Expect(open).To(BeTrue())
	})

	It("describes every operation, parameter, schema and member", func() {
		each(func(op *openapi3.Operation) {
			Expect(op.Summary).NotTo(BeEmpty(), op.OperationID)
			Expect(op.Description).NotTo(BeEmpty(), op.OperationID)
			for _, p := range op.Parameters {
				Expect(p.Value.Description).NotTo(BeEmpty(), "%s %s", op.OperationID, p.Value.Name)
			}
		})
		for name, ref := range doc.Components.Schemas {
			Expect(ref.Value.Description).NotTo(BeEmpty(), name)
			for field, property := range ref.Value.Properties {
				Expect(property.Value.Description).NotTo(BeEmpty(), "%s.%s", name, field)
			}
		}
	})

	It("is what the generated server serves", func() {
		server := reflect.TypeFor[identityapi.ServerInterface]()
		Expect(server.NumMethod()).To(Equal(len(wantOperations)))
		for _, o := range wantOperations {
			_, found := server.MethodByName(strings.ReplaceAll(o.id, "_", ""))
			Expect(found).To(BeTrue(), o.id)
		}
	})
})
