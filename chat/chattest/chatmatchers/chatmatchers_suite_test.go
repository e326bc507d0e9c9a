package chatmatchers_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

func TestChatmatchers(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chatmatchers")
}

// newServer has no socket.
func newServer() *chattest.Server {
	GinkgoHelper()
	return chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
}

// newThread makes a thread of a user's with some others.
func newThread(ctx SpecContext, s *chattest.Server, user chattest.User, topic string, others ...chattest.User) *chat.ThreadClient {
	GinkgoHelper()
	options := &chat.CreateThreadOptions{}
	for _, other := range others {
		options.Participants = append(options.Participants, chat.Participant{Identifier: other})
	}
	client := s.Client(user)
	created, err := client.CreateThread(ctx, topic, options)
	Expect(err).NotTo(HaveOccurred())
	return client.ThreadClient(created.Thread.ID)
}

// meanwhile runs f beside the spec. What it returns waits for its end.
func meanwhile(f func()) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer GinkgoRecover()
		f()
	}()
	return func() { <-done }
}

// failure is what a matcher that does not match says of a value.
func failure(actual any, matcher types.GomegaMatcher) string {
	GinkgoHelper()
	Expect(matcher.Match(actual)).To(BeFalse())
	return matcher.FailureMessage(actual)
}

// negatedFailure is what a matcher that matches says of a value that it should not match.
func negatedFailure(actual any, matcher types.GomegaMatcher) string {
	GinkgoHelper()
	Expect(matcher.Match(actual)).To(BeTrue())
	return matcher.NegatedFailureMessage(actual)
}

// lines puts a text together.
func lines(text ...string) string {
	return strings.Join(text, "\n")
}
