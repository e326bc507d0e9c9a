package tui_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui"
)

var _ = Describe("Polling", func() {
	It("shows new messages, edits and deletions", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			first := r.says("first")
			p := r.sit()
			defer p.leave()
			second := r.says("second")
			p.waits(3 * time.Second)
			Expect(p.row("second")).To(MatchRegexp(`12:00 Bob +second`))

			Expect(r.bobs.UpdateMessage(context.Background(), first, chat.MessageUpdate{Content: new("first, mended")})).To(Succeed())
			Expect(r.bobs.DeleteMessage(context.Background(), second)).To(Succeed())
			p.waits(3 * time.Second)
			Expect(p.row("first, mended")).NotTo(BeEmpty())
			Expect(p.row("(edited)")).NotTo(BeEmpty())
			Expect(p.row("second")).To(BeEmpty())
			Expect(p.row("(deleted)")).NotTo(BeEmpty())
		})
	})

	It("shows every message if many arrive between two polls", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			p := r.sit()
			defer p.leave()
			for i := range 75 {
				r.says("message %d.", i+1)
			}
			p.waits(3 * time.Second)
			Expect(p.readsBack()).To(Equal(downwards(75)))
		})
	})

	It("starts again from the newest message if too many arrive", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			r.says("long ago")
			p := r.sit()
			defer p.leave()
			p.types("a draft")
			for i := range 230 {
				r.says("message %d.", i+1)
			}
			p.waits(3 * time.Second)
			Expect(p.row("There are many new messages")).NotTo(BeEmpty())
			Expect(p.row("a draft")).NotTo(BeEmpty())
			Expect(p.readsBack()).To(Equal(downwards(230)))
			Expect(p.row("long ago")).NotTo(BeEmpty())
		})
	})

	It("keeps its interval while nothing happens", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			options := r.options()
			options.Interval = 500 * time.Millisecond
			p := sit(options)
			defer p.leave()
			p.waits(time.Minute)
			Expect(len(s.Requests(chattest.ListChatMessages))).To(BeNumerically("~", 120, 5))
			Expect(len(s.Requests(chattest.ListChatReadReceipts))).To(BeNumerically("~", 12, 1))
			Expect(s.Requests(chattest.ListChatParticipants)).To(HaveLen(1), "participants are listed again only after an addition or a removal")
			Expect(len(s.Requests(chattest.ListChatThreads))).To(BeNumerically("~", 5, 1))
		})
	})
})

var _ = Describe("A service that fails", func() {
	It("is polled less often, and the failure is shown until it recovers", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			p := r.sit()
			defer p.leave()
			fault := s.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusServiceUnavailable, Times: -1})
			r.says("meanwhile")
			p.waits(5 * time.Minute)
			Expect(p.sees()).To(MatchRegexp(`── Retrying: .*503`))
			Expect(fault.Fired()).To(BeNumerically("~", 12, 2))
			fault.Remove()
			p.waits(30 * time.Second)
			Expect(p.row("Retrying")).To(BeEmpty())
			Expect(p.row("meanwhile")).NotTo(BeEmpty())
		})
	})

	It("is not polled before Retry-After has passed", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			p := r.sit()
			defer p.leave()
			fault := s.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 90 * time.Second, Times: -1})
			p.waits(85 * time.Second)
			Expect(fault.Fired()).To(Equal(1))
			p.waits(10 * time.Second)
			Expect(fault.Fired()).To(Equal(2))
		})
	})

	It("does not prevent typing if the token is rejected", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			r.pollOnly()
			p := r.sit()
			defer p.leave()
			s.DeleteUser(r.alice)
			p.waits(3 * time.Second)
			Expect(p.sees()).To(MatchRegexp(`── Retrying: .*(401|token)`))
			p.sends("still here")
			Expect(p.row("✗ Not sent: ")).NotTo(BeEmpty())
			Expect(p.row("still here")).NotTo(BeEmpty())
		})
	})
})

var _ = Describe("The service of a client with a limiter", func() {
	limited := func(s *chattest.Service, r *room) tui.Service {
		GinkgoHelper()
		options := s.ClientOptions()
		options.Limiter = limits.New(nil)
		client, err := chat.NewClient(s.Endpoint(), s.Credential(chattest.User{ID: r.alice.RawID()}), options)
		Expect(err).NotTo(HaveOccurred())
		return tui.Over(client, "")
	}

	It("lists messages no faster than 50 in ten seconds and 200 a minute, over all callers", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			service := limited(s, r)
			began := time.Now()
			for range 250 {
				_, err := service.Messages(context.Background(), r.id, "")
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(time.Since(began)).To(Equal(60 * time.Second))
		})
	})

	It("stops waiting when the context is done", func() {
		bubble(func(s *chattest.Service) {
			r := newRoom(s, "Release 4.2")
			service := limited(s, r)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			time.AfterFunc(3*time.Second, cancel)
			var err error
			for err == nil {
				_, err = service.Messages(ctx, r.id, "")
			}
			Expect(err).To(MatchError(context.Canceled))
			Expect(s.Requests(chattest.ListChatMessages)).To(HaveLen(50))
		})
	})
})
