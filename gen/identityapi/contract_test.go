package identityapi_test

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/internal/contract"
)

var _ = Describe("The contract, api/identity.yaml", func() {
	var doc *openapi3.T

	BeforeEach(func() {
		doc = published.Load()
	})

	published.Specs()

	It("opens to an access key or an application, and one exchange to a person alone", func() {
		Expect(doc.Security).To(Equal(openapi3.SecurityRequirements{{"AccessKey": {}}, {"EntraApplication": {}}}))
		for op := range contract.Each(doc) {
			if op.OperationID == "TeamsExtensionToken_Exchange" {
				Expect(op.Security).To(HaveValue(Equal(openapi3.SecurityRequirements{{"EntraUser": {}}})))
			} else {
				Expect(op.Security).To(BeNil(), op.OperationID)
			}
		}
		Expect(doc.Components.SecuritySchemes["AccessKey"].Value).To(And(
			HaveField("Type", "apiKey"), HaveField("In", "header"), HaveField("Name", "Authorization")))
	})

	It("has one error for every other status", func() {
		for op := range contract.Each(doc) {
			failed := op.Responses.Default().Value
			Expect(contract.TypeName(failed.Content["application/json"].Schema)).To(Equal("CommunicationErrorResponse"), op.OperationID)
			Expect(failed.Extensions).To(HaveKeyWithValue("x-ms-error-response", true))
			for status := range op.Responses.Map() {
				Expect(status).To(Or(HavePrefix("2"), Equal("default")), op.OperationID)
			}
		}
	})

	It("names the headers of the answers", func() {
		for op := range contract.Each(doc) {
			for status, ref := range op.Responses.Map() {
				want := []string{"api-supported-versions", "MS-CV", "x-ms-client-request-id"}
				if status == "default" {
					want = append(want, "Retry-After")
				}
				Expect(slices.Collect(maps.Keys(ref.Value.Headers))).To(ConsistOf(want), "%s %s", op.OperationID, status)
			}
		}
	})
})
