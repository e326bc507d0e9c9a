package pace_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
)

// The emulator enforces the published limits of the service.
var _ = Describe("The published limits", func() {
	type call func(ctx context.Context, t *chat.ThreadClient, other chat.Identifier) error

	send := func(ctx context.Context, t *chat.ThreadClient, _ chat.Identifier) error {
		_, err := t.SendMessage(ctx, "hello", nil)
		return err
	}
	list := func(ctx context.Context, t *chat.ThreadClient, _ chat.Identifier) error {
		_, err := t.ListMessages(nil).Collect(ctx, 1)
		return err
	}
	add := func(ctx context.Context, t *chat.ThreadClient, other chat.Identifier) error {
		_, err := t.AddParticipants(ctx, []chat.Participant{{Identifier: other}})
		return err
	}

	// inThread runs f in virtual time with a client that does not retry, on a thread of an emulator that enforces the limits.
	inThread := func(c call, f func(call func() error)) {
		GinkgoHelper()
		bubble(func() {
			ctx := context.Background()
			s, err := chattest.Open(&chattest.Options{EnforceLimits: true})
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(s.Close()).To(Succeed()) }()
			options := s.ClientOptions()
			options.Retry.MaxRetries = -1
			client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options)
			Expect(err).NotTo(HaveOccurred())
			defer client.Close()
			created, err := client.CreateThread(ctx, "Limits", nil)
			Expect(err).NotTo(HaveOccurred())
			thread, other := client.ThreadClient(created.Thread.ID), chat.CommunicationUser{ID: s.NewUser().ID}
			f(func() error { return c(ctx, thread, other) })
		})
	}
	pause := func(p *pace.Pacer) {
		time.Sleep(p.Delay(time.Now()))
		p.Sent(time.Now())
	}

	DescribeTable("are not exceeded",
		func(newPacer func() *pace.Pacer, c call) {
			inThread(c, func(call func() error) {
				for p, i := newPacer(), 0; i < 450; i++ {
					pause(p)
					Expect(call()).To(Succeed(), "request %d", i)
				}
			})
		},
		Entry("when messages are sent", pace.SendMessages, call(send)),
		Entry("when messages are listed", pace.ListMessages, call(list)),
		Entry("when participants are added", pace.AddParticipants, call(add)),
	)

	DescribeTable("are fully used",
		func(newPacer func() *pace.Pacer, c call, counts ...int) {
			for _, count := range counts {
				inThread(c, func(call func() error) {
					p := newPacer()
					for range count {
						pause(p)
						Expect(call()).To(Succeed())
					}
					time.Sleep(p.Delay(time.Now()) - time.Nanosecond)
					Expect(errors.Is(call(), chat.ErrThrottled)).To(BeTrue(), "after %d", count)
				})
			}
		},
		Entry("when messages are sent", pace.SendMessages, call(send), 10, 30),
		Entry("when messages are listed", pace.ListMessages, call(list), 50, 200),
		Entry("when participants are added", pace.AddParticipants, call(add), 10, 30),
	)
})
