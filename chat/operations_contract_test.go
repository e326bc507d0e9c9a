package chat_test

import (
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	contract "github.com/acschat/acs-chat-go/chat/internal/operations"
)

// withoutOperation are the methods of clients that belong to no operation, with what they do instead.
var withoutOperation = map[string]string{
	"chat.Client.ThreadClient":          "sends no request",
	"chat.Client.Pipeline":              "sends no request",
	"chat.Client.Close":                 "sends no request",
	"chat.ThreadClient.Client":          "sends no request",
	"chat.ThreadClient.ThreadID":        "sends no request",
	"chat.ThreadClient.Close":           "sends no request",
	"chat.ThreadClient.Explain":         "does what Client.Explain does",
	"chat/identity.Client.Endpoint":     "sends no request",
	"chat/identity.Client.Close":        "sends no request",
	"chat/identity.Client.Explain":      "sends no request",
	"chat/identity.Client.Credential":   "calls GetToken",
	"chat/identity.Client.MintFunc":     "calls GetToken",
	"chat/identity.Client.TokenHandler": "calls GetToken",
}

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

	It("name their operations, and all operations of chat and identity are among these", func() {
		named := make(map[string]bool)
		for _, folder := range []string{"chat", "chat/identity"} {
			for name, ids := range namedOperations(folder, operationTypes[folder]) {
				Expect(ids == nil).To(Equal(withoutOperation[name] != ""), "the operation of %s, or a reason in withoutOperation", name)
				for _, id := range ids {
					named[id] = true
				}
			}
		}
		for _, op := range contract.All() {
			if op.ID != contract.ExchangeEntraToken { // NewEntraTokenCredential has it, of a preview
				Expect(named).To(HaveKey(op.ID))
				delete(named, op.ID)
			}
		}
		Expect(named).To(BeEmpty(), "operations that the contract does not have")
	})

	It("name the operation that they call", func() {
		documented := namedOperations("chat", operationTypes["chat"])
		for _, op := range operations {
			matched, _, _ := contract.Match(op.Method, op.Path)
			Expect(documented["chat."+op.Name]).To(ConsistOf(matched.ID), op.Name)
		}
	})
})

// namedOperations are the ids of the operations that the documentation of each method names, by method.
func namedOperations(folder string, types []string) map[string][]string {
	GinkgoHelper()
	sentence := regexp.MustCompile(`(?s)The API operations? (?:is|are) (.*?)\.\n`)
	id := regexp.MustCompile(`[A-Z]\w+_[A-Z]\w+`)
	all := make(map[string][]string)
	for _, t := range documentation(folder).Types {
		if !slices.Contains(types, t.Name) || t.Name == "Fleet" { // which has no operations of its own
			continue
		}
		for _, m := range t.Methods {
			var ids []string
			for _, match := range sentence.FindAllStringSubmatch(m.Doc, -1) {
				ids = append(ids, id.FindAllString(match[1], -1)...)
			}
			all[folder+"."+t.Name+"."+m.Name] = ids
		}
	}
	return all
}
