package chattest_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A client of the service", func() {
	for _, options := range []*chattest.Options{nil, {NoSocket: true}} {
		Context(map[bool]string{true: "over a socket", false: "in process"}[options == nil], func() {
			var s *chattest.Server
			BeforeEach(func() { s = chattest.NewServer(GinkgoTB(), api.Watch(options)) })

			It("works for a user", func(ctx SpecContext) {
				ana, bo := s.NewUser(), s.NewUser()
				created, err := s.Client(ana).CreateThread(ctx, "Hello", &chat.CreateThreadOptions{
					Participants: []chat.Participant{{Identifier: bo}, {Identifier: chat.PhoneNumber{Number: "+15555550123"}}},
				})
				Expect(err).NotTo(HaveOccurred())
				Expect(created.Failed).To(HaveLen(1))
				thread := s.Client(bo).ThreadClient(created.Thread.ID)
				sent, err := thread.SendMessage(ctx, "Hi", nil)
				Expect(err).NotTo(HaveOccurred())
				message, err := thread.GetMessage(ctx, sent.ID)
				Expect(err).NotTo(HaveOccurred())
				Expect(message.Sender).To(Equal(bo))
			})

			It("renews its token and tries again", func(ctx SpecContext) {
				ana := s.NewUser()
				client := s.Client(ana)
				_, err := client.CreateThread(ctx, "One", nil)
				Expect(err).NotTo(HaveOccurred())
				s.Advance(25 * time.Hour)
				s.Fail(chattest.CreateChatThread, chattest.Fault{Nth: 2, Times: 2})
				_, err = client.CreateThread(ctx, "Two", nil)
				Expect(err).NotTo(HaveOccurred())
				var statuses []int
				for _, q := range s.Requests() {
					statuses = append(statuses, q.Status)
				}
				Expect(statuses).To(Equal([]int{201, 401, 503, 503, 201}))
			})
		})
	}

	It("does not wait before it tries again", func() {
		bubble(func(s *chattest.Service) {
			client := s.Client(s.NewUser())
			s.Fail(chattest.CreateChatThread, chattest.Fault{Times: 2})
			start := time.Now()
			Expect(client.CreateThread(context.Background(), "Late", nil)).Error().NotTo(HaveOccurred())
			Expect(time.Since(start)).To(BeNumerically("<", 10*time.Millisecond))
		})
	})

	It("works in virtual time", func() {
		bubble(func(s *chattest.Service) {
			client := s.Client(s.NewUser())
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			s.Fail(chattest.CreateChatThread, chattest.Fault{Delay: time.Hour})
			start := time.Now()
			_, err := client.CreateThread(ctx, "Late", nil)
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(time.Since(start)).To(Equal(time.Minute))
		})
	})

	It("is closed with the service", func(ctx SpecContext) {
		t := &failedTest{}
		s := chattest.NewServer(t, api.Watch(nil))
		user := s.NewUser()
		client, credential := s.Client(user), s.Credential(user)
		t.end()
		_, err := client.CreateThread(ctx, "Late", nil)
		Expect(errors.Is(err, chat.ErrClosed)).To(BeTrue())
		_, err = credential.Token(ctx)
		Expect(errors.Is(err, chat.ErrClosed)).To(BeTrue())
	})
})
