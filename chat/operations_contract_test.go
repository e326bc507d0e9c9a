package chat_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	contract "github.com/acschat/acs-chat-go/chat/internal/operations"
)

var _ = Describe("The methods of the clients", func() {
	It("are the operations of the contract, each at least once", func() {
		called := make(map[string][]string)
		for _, op := range operations {
			matched, above, _ := contract.Match(op.Method, op.Path)
			Expect(above).To(BeEmpty(), op.Name)
			called[matched.ID] = append(called[matched.ID], op.Name)
		}
		for _, op := range contract.All() {
			if strings.HasPrefix(op.ID, "Chat") {
				Expect(called).To(HaveKey(op.ID))
				delete(called, op.ID)
			}
		}
		Expect(called).To(BeEmpty(), "methods without an operation")
	})
})
