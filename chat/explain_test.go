package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/explain"
)

// causesOf are the kinds of the causes, in their order.
func causesOf(e explain.Explanation) []explain.Kind {
	list := make([]explain.Kind, len(e.Causes))
	for i, cause := range e.Causes {
		list[i] = cause.Kind
	}
	return list
}

// withToken is a client of the service that has one token and no other.
func withToken(service *chattest.Server, token string) *chat.Client {
	GinkgoHelper()
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
	Expect(err).NotTo(HaveOccurred())
	client, err := chat.NewClient(service.Endpoint(), credential, service.ClientOptions())
	Expect(err).NotTo(HaveOccurred())
	return client
}

// newService starts one without a socket.
func newService() *chattest.Server {
	return chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
}

// newThread makes a thread of a user's with others in it.
func newThread(ctx context.Context, client *chat.Client, others ...chat.CommunicationUser) string {
	GinkgoHelper()
	options := &chat.CreateThreadOptions{}
	for _, user := range others {
		options.Participants = append(options.Participants, chat.Participant{Identifier: user})
	}
	created, err := client.CreateThread(ctx, "Release 4.2", options)
	Expect(err).NotTo(HaveOccurred())
	return created.Thread.ID
}

var _ = Describe("Explain", func() {
	Context("without an error", func() {
		It("is empty", func(ctx SpecContext) {
			client, wire := clientOf(reply(http.StatusOK, "{}"))
			explanation := client.Explain(ctx, testThread, nil)
			Expect(explanation).To(Equal(explain.Explanation{}))
			Expect(explanation.String()).To(BeEmpty())
			Expect(wire.Requests()).To(BeEmpty())
		})
	})

	Context("with a foreign error", func() {
		It("contains the error", func(ctx SpecContext) {
			client, _ := clientOf(reply(http.StatusOK, "{}"))
			explanation := client.Explain(ctx, "", errors.New("the dog ate it"))
			Expect(causesOf(explanation)).To(Equal([]explain.Kind{explain.Unknown}))
			Expect(explanation.String()).To(ContainSubstring("the dog ate it"))
		})
	})

	Context("on a nil client, which a failed NewClient returns", func() {
		It("uses the error alone", func(ctx SpecContext) {
			client, err := chat.NewClient("http://contoso.communication.azure.com", staticCredential(), nil)
			Expect(causesOf(client.Explain(ctx, "", err))).To(Equal([]explain.Kind{explain.Argument}))

			asked, _ := clientOf(reply(http.StatusForbidden, ""))
			err = asked.ThreadClient(testThread).UpdateTopic(ctx, "")
			Expect(causesOf(client.Explain(ctx, testThread, err))).To(ContainElement(explain.NotParticipant))
		})
	})

	Context("on a nil thread client, which a failed NewThreadClient returns", func() {
		It("uses the error alone", func(ctx SpecContext) {
			thread, err := chat.NewThreadClient(testEndpoint, "..", staticCredential(), nil)
			Expect(causesOf(thread.Explain(ctx, err))).To(Equal([]explain.Kind{explain.Argument}))
			Expect(thread.Explain(ctx, nil)).To(Equal(explain.Explanation{}))
		})
	})

	Context("with a wrapped error", func() {
		It("unwraps it", func(ctx SpecContext) {
			client, _ := clientOf(reply(http.StatusTooManyRequests, "", "Retry-After", "1"))
			err := client.DeleteThread(ctx, testThread)
			wrapped := errors.Join(errors.New("tidy up"), fmt.Errorf("thread 7: %w", err))
			Expect(causesOf(client.Explain(ctx, "", wrapped))).To(Equal([]explain.Kind{explain.Throttled}))
		})
	})

	Context("if the cause is open", func() {
		var service *chattest.Server
		var mine, theirs *chat.Client
		var me chat.CommunicationUser

		BeforeEach(func() {
			service = newService()
			me = service.NewUser()
			mine, theirs = service.Client(me), service.Client(service.NewUser())
		})

		// asked lists the operations that f calls.
		asked := func(f func()) []chattest.Operation {
			before := len(service.Requests())
			f()
			var ops []chattest.Operation
			for _, r := range service.Requests()[before:] {
				ops = append(ops, r.Operation)
			}
			return ops
		}

		It("reads the participants of the thread, and then the threads of the user", func(ctx SpecContext) {
			for range 3 {
				newThread(ctx, mine)
			}
			thread := newThread(ctx, theirs)
			err := mine.ThreadClient(thread).SendTypingNotification(ctx, nil)
			Expect(asked(func() { mine.Explain(ctx, thread, err) })).To(Equal([]chattest.Operation{
				chattest.ListChatParticipants, chattest.ListChatThreads,
			}))
		})

		It("looks for the thread of a thread client", func(ctx SpecContext) {
			thread, err := chat.NewThreadClient(service.Endpoint(), newThread(ctx, theirs), service.Credential(me), service.ClientOptions())
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(thread.Close)
			refusal := thread.SendTypingNotification(ctx, nil)
			foreign := chat.NewError("try", &http.Response{StatusCode: http.StatusForbidden, Body: http.NoBody}, "") // tells no thread
			for _, err := range []error{refusal, foreign} {
				Expect(asked(func() {
					Expect(causesOf(thread.Explain(ctx, err))).To(ContainElement(explain.NotParticipant))
				})).To(Equal([]chattest.Operation{chattest.ListChatParticipants, chattest.ListChatThreads}))
			}
		})

		It("reads two pages at most, and says so", func(ctx SpecContext) {
			page := `{"value":[],"nextLink":"` + testEndpoint + `/chat/threads?api-version=2025-03-15&page=next%d"}`
			client, wire := clientOf(reply(403, ""), reply(403, ""),
				reply(200, fmt.Sprintf(page, 1)), reply(200, fmt.Sprintf(page, 2)), reply(200, fmt.Sprintf(page, 3)))
			explanation := client.Explain(ctx, testThread, client.ThreadClient(testThread).UpdateTopic(ctx, ""))
			Expect(wire.Requests()).To(HaveLen(1 + 3))
			Expect(explanation.Causes[0].Kind).To(Equal(explain.NotParticipant))
			Expect(explanation.Causes[0].Evidence).To(ContainSubstring("among the latest threads"))
		})

		It("reads the message that could not be changed", func(ctx SpecContext) {
			thread := newThread(ctx, theirs, me)
			sent, err := theirs.ThreadClient(thread).SendMessage(ctx, "mine", nil)
			Expect(err).NotTo(HaveOccurred())
			err = mine.ThreadClient(thread).DeleteMessage(ctx, sent.ID)
			Expect(asked(func() { mine.Explain(ctx, "", err) })).To(Equal([]chattest.Operation{
				chattest.ListChatParticipants, chattest.GetChatMessage,
			}))
		})

		It("sends each request once, however the service fails", func(ctx SpecContext) {
			thread := newThread(ctx, theirs)
			err := mine.ThreadClient(thread).SendTypingNotification(ctx, nil)
			service.Fail(chattest.Any, chattest.Fault{Times: -1, Status: http.StatusServiceUnavailable})
			Expect(asked(func() {
				Expect(causesOf(mine.Explain(ctx, thread, err))).To(HaveExactElements(explain.NotParticipant, explain.ThreadDeleted))
			})).To(Equal([]chattest.Operation{chattest.ListChatParticipants}))
		})

		It("sends no request after the context has ended", func(ctx SpecContext) {
			thread := newThread(ctx, theirs)
			err := mine.ThreadClient(thread).SendTypingNotification(ctx, nil)
			ended, cancel := context.WithCancel(ctx)
			cancel()
			Expect(asked(func() {
				Expect(causesOf(mine.Explain(ended, thread, err))).To(HaveExactElements(explain.NotParticipant, explain.ThreadDeleted))
			})).To(BeEmpty())

			err = mine.ThreadClient(thread).DeleteMessage(ctx, "1762161500604")
			Expect(causesOf(mine.Explain(ended, thread, err))).To(ContainElement(explain.NotSender))
			_, err = mine.ThreadClient("19:00000000000000000000000000000000@thread.v2").GetProperties(ctx)
			Expect(causesOf(mine.Explain(ended, thread, err))).To(HaveExactElements(explain.ThreadUnknown, explain.ThreadDeleted))
			err = mine.ThreadClient(newThread(ctx, mine)).SendReadReceipt(ctx, "1762161500604")
			Expect(causesOf(mine.Explain(ended, thread, err))).To(HaveExactElements(explain.MessageUnknown, explain.ThreadUnknown, explain.ThreadDeleted))
			Expect(mine.Explain(ended, thread, err).Causes[0].What).To(And(ContainSubstring("message"), ContainSubstring("thread")))
			_, err = mine.ThreadClient(newThread(ctx, mine)).GetMessage(ctx, "1762161500604")
			Expect(causesOf(mine.Explain(ended, thread, err))).To(HaveExactElements(explain.MessageUnknown, explain.ThreadUnknown, explain.ThreadDeleted))
		})

		It("sends no request if the token tells the cause", func(ctx SpecContext) {
			caller := withToken(service, service.Token(me, time.Hour, "voip"))
			_, err := caller.CreateThread(ctx, "", nil)
			Expect(asked(func() { caller.Explain(ctx, "", err) })).To(BeEmpty())
		})

		It("fetches no token", func(ctx SpecContext) {
			fetched := 0
			credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
				fetched++
				return chat.AccessToken{Token: service.Token(me, time.Hour)}, nil
			}, nil)
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(service.Endpoint(), credential, service.ClientOptions())
			Expect(err).NotTo(HaveOccurred())
			refusal := mine.ThreadClient(newThread(ctx, theirs)).UpdateTopic(ctx, "")
			Expect(asked(func() { client.Explain(ctx, "", refusal) })).To(BeEmpty())
			Expect(fetched).To(BeZero())
		})

		It("works for the user of a fleet, with the cached token", func(ctx SpecContext) {
			fleet, err := chat.NewFleet(service.Endpoint(), func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
				return chat.AccessToken{Token: service.Token(user, 0)}, nil
			}, &chat.FleetOptions{ClientOptions: *service.ClientOptions()})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(fleet.Close)
			client := fleet.As(me)
			refusal := client.ThreadClient(newThread(ctx, theirs)).UpdateTopic(ctx, "")
			explanation := client.Explain(ctx, "", refusal)
			Expect(explanation.Causes[0].Kind).To(Equal(explain.NotParticipant))
			Expect(explanation.Causes[0].Evidence).To(ContainSubstring(me.ID))

			stranger := fleet.As(service.NewUser())
			Expect(asked(func() { stranger.Explain(ctx, "", refusal) })).To(BeEmpty())
		})

		It("is safe for concurrent use", func(ctx SpecContext) {
			thread := newThread(ctx, theirs)
			err := mine.ThreadClient(thread).SendTypingNotification(ctx, nil)
			want := mine.Explain(ctx, thread, err)
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					defer GinkgoRecover()
					Expect(mine.Explain(ctx, thread, err)).To(Equal(want))
				})
			}
			all.Wait()
		})
	})

	It("never shows a token", func(ctx SpecContext) {
		service := newService()
		user := service.NewUser()
		for _, token := range []string{service.Token(user, time.Hour, "voip"), service.Token(user, -time.Hour), "opaque-token-of-a-user"} {
			credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
				return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, nil)
			Expect(err).NotTo(HaveOccurred())
			client, err := chat.NewClient(service.Endpoint(), credential, service.ClientOptions())
			Expect(err).NotTo(HaveOccurred())
			refused := client.DeleteThread(ctx, testThread)
			Expect(refused).To(HaveOccurred())
			signature := token[strings.LastIndexByte(token, '.')+1:]
			for _, err := range []error{refused, errors.New("sent Bearer " + token)} {
				explanation := client.Explain(ctx, testThread, err)
				Expect(fmt.Sprintf("%v %+v %#v", explanation, explanation, explanation)).NotTo(ContainSubstring(signature))
			}
		}
	})
})
