package identity_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	contract "github.com/acschat/acs-chat-go/chat/internal/operations"
)

var _ = Describe("The methods of the client", func() {
	It("are the operations of the contract, each at least once", func(ctx SpecContext) {
		called := make(map[string][]string)
		for _, name := range slices.Sorted(maps.Keys(operations)) {
			client, wire := clientOf(reply(http.StatusBadRequest, ""))
			Expect(operations[name](ctx, client)).NotTo(Succeed())
			target, err := url.Parse(only(wire).URL)
			Expect(err).NotTo(HaveOccurred())
			matched, above, _ := contract.Match(only(wire).Method, target.Path)
			Expect(above).To(BeEmpty(), name)
			called[matched.ID] = append(called[matched.ID], name)
		}
		for _, op := range contract.All() {
			if !strings.HasPrefix(op.ID, "Chat") && op.ID != contract.ExchangeEntraToken { // of a preview, by NewEntraTokenCredential
				Expect(called).To(HaveKey(op.ID))
				delete(called, op.ID)
			}
		}
		Expect(called).To(BeEmpty(), "methods without an operation")
	})
})
