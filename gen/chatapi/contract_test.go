package chatapi_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

var _ = Describe("The contract, api/chat.yaml", func() {
	var doc *openapi3.T

	BeforeEach(func() {
		doc = contract()
	})

	each := func(check func(op *openapi3.Operation)) { eachOperation(doc, check) }

	It("speaks 2025-03-15", func() {
		Expect(doc.Info.Version).To(Equal("2025-03-15"))
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

	It("wants the bearer token of a user everywhere", func() {
		Expect(doc.Security).To(Equal(openapi3.SecurityRequirements{{"Authorization": {}}}))
		Expect(doc.Components.SecuritySchemes["Authorization"].Value.Type).To(Equal("http"))
		Expect(doc.Components.SecuritySchemes["Authorization"].Value.Scheme).To(Equal("bearer"))
		each(func(op *openapi3.Operation) {
			Expect(op.Security).To(BeNil(), op.OperationID)
		})
	})

	It("has the four errors on every operation, in one shape", func() {
		each(func(op *openapi3.Operation) {
			for status, ref := range op.Responses.Map() {
				if strings.HasPrefix(status, "2") {
					continue
				}
				Expect(typeName(ref.Value.Content["application/json"].Schema)).To(
					Equal("CommunicationErrorResponse"), "%s %s", op.OperationID, status)
				Expect(ref.Value.Extensions).To(HaveKeyWithValue("x-ms-error-response", true))
			}
			statuses := slices.DeleteFunc(op.Responses.Keys(), func(s string) bool { return strings.HasPrefix(s, "2") })
			Expect(statuses).To(ConsistOf("401", "403", "429", "503"), op.OperationID)
		})
	})

	It("names the headers of the answers", func() {
		located := map[string]bool{"Chat_CreateChatThread": true, "ChatThread_SendChatMessage": true}
		each(func(op *openapi3.Operation) {
			for status, ref := range op.Responses.Map() {
				var want []string
				switch {
				case status == "201" && located[op.OperationID]:
					want = []string{"Location", "api-supported-versions"}
				case status == "401":
				case status == "429", status == "503":
					want = []string{"Retry-After", "api-supported-versions"}
				default:
					want = []string{"api-supported-versions"}
				}
				Expect(slices.Collect(maps.Keys(ref.Value.Headers))).To(
					ConsistOf(append(want, "MS-CV", "x-ms-client-request-id")), "%s %s", op.OperationID, status)
			}
		})
	})

	It("patches with merge patches alone", func() {
		for _, o := range operations(doc) {
			if o.method == "PATCH" {
				Expect(o.body).To(HavePrefix("application/merge-patch+json "), o.id)
			}
		}
	})

	It("pages four listings by their next link", func() {
		var paged []string
		each(func(op *openapi3.Operation) {
			if op.Extensions["x-ms-pageable"] != nil {
				Expect(op.Extensions["x-ms-pageable"]).To(Equal(map[string]any{"nextLinkName": "nextLink", "itemName": "value"}))
				paged = append(paged, op.OperationID)
			}
		})
		Expect(paged).To(ConsistOf("Chat_ListChatThreads", "ChatThread_ListChatMessages",
			"ChatThread_ListChatParticipants", "ChatThread_ListChatReadReceipts"))
	})

	for _, want := range wantSchemas {
		It("has all members of "+want.name+", and no other", func() {
			Expect(doc.Components.Schemas).To(HaveKey(want.name))
			Expect(fields(doc.Components.Schemas[want.name].Value)).To(ConsistOf(want.fields))
		})
	}

	It("has every schema, and no other", func() {
		var names []string
		for _, want := range wantSchemas {
			names = append(names, want.name)
		}
		names = append(names, "ChatMessageType", "ChatAttachmentType", "CommunicationIdentifierModelKind",
			"CommunicationCloudEnvironmentModel")
		Expect(slices.Collect(maps.Keys(doc.Components.Schemas))).To(ConsistOf(names))
	})

	It("has every value of every enumeration, all of them open", func() {
		values, open := enums(doc)
		Expect(values).To(Equal(wantEnums))
		Expect(open).To(BeTrue())
	})

	It("tells retention policies apart by their kind", func() {
		Expect(doc.Components.Schemas["ChatRetentionPolicy"].Value.Discriminator).To(HaveField("PropertyName", "kind"))
		mapping := doc.Components.Schemas["ChatRetentionPolicy"].Value.Discriminator.Mapping
		Expect(mapping).To(HaveLen(2))
		Expect(mapping["threadCreationDate"].Ref).To(HaveSuffix("/ThreadCreationDateRetentionPolicy"))
		Expect(mapping["none"].Ref).To(HaveSuffix("/NoneRetentionPolicy"))
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
		server := reflect.TypeFor[chatapi.ServerInterface]()
		Expect(server.NumMethod()).To(Equal(len(wantOperations)))
		for _, o := range wantOperations {
			_, found := server.MethodByName(strings.ReplaceAll(o.id, "_", ""))
			Expect(found).To(BeTrue(), o.id)
		}
	})
})
