package identityapi_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/gen/identityapi"
)

var _ = Describe("The examples in the contract", func() {
	It("are there for every parameter and body, and valid", func(ctx SpecContext) {
		doc := contract()
		Expect(doc.Validate(ctx)).To(Succeed())
		eachOperation(doc, func(op *openapi3.Operation) {
			for _, p := range op.Parameters {
				Expect(p.Value.Example).NotTo(BeNil(), "%s %s", op.OperationID, p.Value.Name)
			}
			for _, content := range contents(op) {
				Expect(examples(content)).NotTo(BeEmpty(), op.OperationID)
			}
		})
	})

	It("fit the generated types, with nothing lost", func() {
		eachOperation(contract(), func(op *openapi3.Operation) {
			for _, content := range contents(op) {
				Expect(models).To(HaveKey(typeName(content.Schema)))
				for _, example := range examples(content) {
					// The service writes an offset of +00:00, for which Go writes Z.
					example = bytes.ReplaceAll(example, []byte("+00:00"), []byte("Z"))
					Expect(roundTrip(models[typeName(content.Schema)], example)).To(MatchJSON(example), op.OperationID)
				}
			}
		})
	})
})

// models has the Go type of every schema that is a whole body.
var models = map[string]any{
	"CommunicationIdentityCreateRequest":            identityapi.CommunicationIdentityCreateRequest{},
	"CommunicationIdentityAccessTokenRequest":       identityapi.CommunicationIdentityAccessTokenRequest{},
	"TeamsUserExchangeTokenRequest":                 identityapi.TeamsUserExchangeTokenRequest{},
	"TeamsExtensionExchangeTokenRequest":            identityapi.TeamsExtensionExchangeTokenRequest{},
	"TeamsExtensionAssignmentCreateOrUpdateRequest": identityapi.TeamsExtensionAssignmentCreateOrUpdateRequest{},
	"CommunicationIdentityAccessToken":              identityapi.CommunicationIdentityAccessToken{},
	"CommunicationIdentityAccessTokenResult":        identityapi.CommunicationIdentityAccessTokenResult{},
	"TeamsExtensionAssignmentResponse":              identityapi.TeamsExtensionAssignmentResponse{},
	"CommunicationErrorResponse":                    identityapi.CommunicationErrorResponse{},
}

// contents returns the bodies of an operation, of its request and of its answers.
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

// examples returns the examples of a body as JSON.
func examples(content *openapi3.MediaType) [][]byte {
	var all [][]byte
	add := func(example any) {
		text, err := json.Marshal(example)
		Expect(err).NotTo(HaveOccurred())
		all = append(all, text)
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
