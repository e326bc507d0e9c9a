package chatapi_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/internal/contract"
)

var _ = Describe("The contract, api/chat.yaml", func() {
	var doc *openapi3.T

	BeforeEach(func() {
		doc = published.Load()
	})

	published.Specs()

	It("requires the bearer token of a user for every operation", func() {
		Expect(doc.Security).To(Equal(openapi3.SecurityRequirements{{"Authorization": {}}}))
		Expect(doc.Components.SecuritySchemes["Authorization"].Value.Type).To(Equal("http"))
		Expect(doc.Components.SecuritySchemes["Authorization"].Value.Scheme).To(Equal("bearer"))
		for op := range contract.Each(doc) {
			Expect(op.Security).To(BeNil(), op.OperationID)
		}
	})

	It("has the same four errors with the same schema for every operation", func() {
		for op := range contract.Each(doc) {
			for status, ref := range op.Responses.Map() {
				if strings.HasPrefix(status, "2") {
					continue
				}
				Expect(contract.TypeName(ref.Value.Content["application/json"].Schema)).To(
					Equal("CommunicationErrorResponse"), "%s %s", op.OperationID, status)
				Expect(ref.Value.Extensions).To(HaveKeyWithValue("x-ms-error-response", true))
			}
			statuses := slices.DeleteFunc(op.Responses.Keys(), func(s string) bool { return strings.HasPrefix(s, "2") })
			Expect(statuses).To(ConsistOf("401", "403", "429", "503"), op.OperationID)
		}
	})

	It("declares the headers of the responses", func() {
		located := map[string]bool{"Chat_CreateChatThread": true, "ChatThread_SendChatMessage": true}
		for op := range contract.Each(doc) {
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
		}
	})

	It("accepts only merge patches in PATCH requests", func() {
		for id, op := range contract.Operations(doc) {
			if op.Method == http.MethodPatch {
				Expect(op.Body).To(HavePrefix("application/merge-patch+json "), id)
			}
		}
	})

	It("has four listings with a next link", func() {
		var paged []string
		for op := range contract.Each(doc) {
			if op.Extensions["x-ms-pageable"] != nil {
				Expect(op.Extensions["x-ms-pageable"]).To(Equal(map[string]any{"nextLinkName": "nextLink", "itemName": "value"}))
				paged = append(paged, op.OperationID)
			}
		}
		Expect(paged).To(ConsistOf("Chat_ListChatThreads", "ChatThread_ListChatMessages",
			"ChatThread_ListChatParticipants", "ChatThread_ListChatReadReceipts"))
	})

	It("distinguishes retention policies by their kind", func() {
		Expect(doc.Components.Schemas["ChatRetentionPolicy"].Value.Discriminator).To(HaveField("PropertyName", "kind"))
		mapping := doc.Components.Schemas["ChatRetentionPolicy"].Value.Discriminator.Mapping
		Expect(mapping).To(HaveLen(2))
		Expect(mapping["threadCreationDate"].Ref).To(HaveSuffix("/ThreadCreationDateRetentionPolicy"))
		Expect(mapping["none"].Ref).To(HaveSuffix("/NoneRetentionPolicy"))
	})
})
