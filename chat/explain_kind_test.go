package chat_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/explain"
)

// trouble is a failure, and the expected explanation.
type trouble struct {
	name     string
	causes   []explain.Kind
	evidence string // of the first
	arise    func(ctx context.Context) (*chat.Client, error)
}

// serviceTrouble is a failure with the service, in which Alice has a thread with Bob, and Carol is not a participant.
func serviceTrouble(name string, evidence string, arise func(ctx context.Context, w *world) (*chat.Client, error), causes ...explain.Kind) trouble {
	return trouble{name, causes, evidence, func(ctx context.Context) (*chat.Client, error) {
		return arise(ctx, newWorld(ctx))
	}}
}

// world is a service with people and a thread.
type world struct {
	*chattest.Server
	alice, bob, carol                   chat.CommunicationUser
	alicesClient, bobsClient, carolsOwn *chat.Client
	thread                              string
}

func newWorld(ctx context.Context) *world {
	GinkgoHelper()
	w := &world{Server: newService()}
	users := w.NewUsers(3)
	w.alice, w.bob, w.carol = users[0], users[1], users[2]
	w.alicesClient, w.bobsClient, w.carolsOwn = w.Client(w.alice), w.Client(w.bob), w.Client(w.carol)
	w.thread = newThread(ctx, w.alicesClient, w.bob)
	return w
}

func (w *world) with(token string) *chat.Client { return withToken(w.Server, token) }

// list reads the threads of a client.
func list(ctx context.Context, c *chat.Client) error {
	_, err := c.ListThreads(nil).Collect(ctx, 1)
	return err
}

func firstFailure(failed []chat.FailedParticipant, err error) error {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	Expect(failed).NotTo(BeEmpty())
	return failed[0].Err
}

// those returns participants without a name.
func those[I chat.Identifier](ids ...I) []chat.Participant {
	var list []chat.Participant
	for _, id := range ids {
		list = append(list, chat.Participant{Identifier: id})
	}
	return list
}

var _ = Describe("Explain names the cause of", func() {
	var all []trouble
	for _, some := range [][]trouble{tokenTroubles(), threadTroubles(), requestTroubles(), serviceTroubles(), connectionTroubles()} {
		all = append(all, some...)
	}
	for _, t := range all {
		It(t.name, func(ctx SpecContext) {
			client, err := t.arise(ctx)
			Expect(err).To(HaveOccurred())
			explanation := client.Explain(ctx, "", err)
			GinkgoWriter.Println(err, "\n"+explanation.String())
			Expect(causesOf(explanation)).To(Equal(t.causes))
			Expect(explanation.Causes[0].Evidence).To(ContainSubstring(t.evidence))
			for _, cause := range explanation.Causes {
				Expect(cause.What).NotTo(Or(BeEmpty(), ContainSubstring("\n"), HaveSuffix(".")))
				Expect(cause.Fix).NotTo(Or(BeEmpty(), ContainSubstring("\n"), HaveSuffix(".")))
			}
		})
	}

	It("every declared kind", func() {
		named := map[explain.Kind]bool{}
		for _, t := range all {
			for _, kind := range t.causes {
				named[kind] = true
			}
		}
		for _, kind := range declaredKinds() {
			Expect(named).To(HaveKey(kind), "no spec brings it about")
		}
	})
})

// declaredKinds reads the constants out of the source.
func declaredKinds() []explain.Kind {
	GinkgoHelper()
	file, err := parser.ParseFile(token.NewFileSet(), "explain/kind.go", nil, 0)
	Expect(err).NotTo(HaveOccurred())
	var kinds []explain.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			literal, ok := spec.Values[0].(*ast.BasicLit)
			Expect(ok).To(BeTrue())
			text, err := strconv.Unquote(literal.Value)
			Expect(err).NotTo(HaveOccurred())
			kinds = append(kinds, explain.Kind(text))
		}
		return true
	})
	Expect(len(kinds)).To(BeNumerically(">", 30))
	return kinds
}
