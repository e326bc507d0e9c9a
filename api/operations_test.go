package api_test

import (
	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The contracts", func() {
	It("have the operations of the emulator, and no other", func() {
		ids := []chattest.Operation{chattest.ExchangeEntraToken} // of a preview
		for _, name := range []string{"chat.yaml", "identity.yaml"} {
			doc, err := openapi3.NewLoader().LoadFromFile(name)
			Expect(err).NotTo(HaveOccurred())
			for _, item := range doc.Paths.Map() {
				for _, op := range item.Operations() {
					ids = append(ids, chattest.Operation(op.OperationID))
				}
			}
		}
		Expect(chattest.Operations()).To(ConsistOf(ids))
	})
})
