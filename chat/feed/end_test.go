package feed_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("The end of a range", func() {
	ctx := context.Background()

	It("is the removal of the user, after what was visible", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Minute)
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			err := w.ended()
			Expect(err).To(MatchError(feed.ErrRemoved))
			Expect(err).To(MatchError(chat.ErrForbidden))
			Expect(w.changes).To(HaveLen(2))
			Expect(w.reported()).To(BeEmpty())
		})
	})

	It("is the deletion of the thread", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Minute)
			Expect(r.service.Client(r.bo).DeleteThread(ctx, r.thread.ThreadID())).To(Succeed())
			Expect(w.ended()).To(MatchError(feed.ErrThreadDeleted))
		})
	})

	It("is the deletion of the thread also if reading its properties is refused with 403", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Minute)
			r.service.Fail(chattest.GetChatThreadProperties, chattest.Fault{Every: 1, Status: http.StatusForbidden})
			Expect(r.service.Client(r.bo).DeleteThread(ctx, r.thread.ThreadID())).To(Succeed())
			Expect(w.ended()).To(MatchError(feed.ErrThreadDeleted))
		})
	})

	It("is the refusal of a thread that the user was never in, or that does not exist", func() {
		inRoom(func(r *room) {
			created, err := r.service.Client(r.bo).CreateThread(ctx, "Secret", nil)
			Expect(err).NotTo(HaveOccurred())
			r.thread = r.service.Client(r.ana).ThreadClient(created.Thread.ID)
			Expect(r.watch(nil).ended()).To(MatchError(feed.ErrRemoved))
			r.thread = r.service.Client(r.ana).ThreadClient("19:00000000000000000000000000000000@thread.v2")
			Expect(r.watch(nil).ended()).To(MatchError(chat.ErrNotFound))
		})
	})

	It("is not a refusal that happens once while the user is a participant", func() {
		inRoom(func(r *room) {
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 2, Status: http.StatusForbidden})
			w := r.watch(nil)
			w.after(time.Minute)
			r.send("one")
			Expect(w.after(time.Minute)).To(HaveLen(3))
			Expect(w.reported()).To(HaveExactElements(MatchError(chat.ErrForbidden)))
			w.end()
		})
	})

	It("is a token that the service refuses, and its replacement", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Minute)
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Every: 1, ExpiredToken: true})
			Expect(w.ended()).To(MatchError(chat.ErrUnauthorized))
		})
	})

	It("is the end of the context, with its error, and leaves no goroutine", func() {
		inRoom(func(r *room) {
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Every: 1, Delay: time.Hour})
			w := r.watch(nil)
			Expect(w.after(time.Minute)).To(BeEmpty())
			w.end()
		})
	})

	It("is the close of the client", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Minute)
			Expect(r.thread.Client().Close()).To(Succeed())
			Expect(w.ended()).To(MatchError(chat.ErrClosed))
		})
	})
})

var _ = Describe("An outage", func() {
	It("is retried after growing delays and reported each time, and loses nothing", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Minute)
			outage := r.service.Fail(chattest.Any, chattest.Fault{Every: 1, Status: http.StatusServiceUnavailable, Nth: 3})
			r.send("during the outage")
			id := r.send("edited during the outage")
			w.after(30 * time.Minute)
			before := r.lists()
			w.after(10 * time.Minute)
			Expect(r.lists() - before).To(BeNumerically("~", 10, 1))
			for _, err := range w.reported() {
				Expect(err).To(MatchError(chat.ErrUnavailable))
			}
			Expect(len(w.reported())).To(BeNumerically(">", 40))
			outage.Remove()
			r.edit(id, "edited")
			Expect(w.after(2 * time.Minute)[2:]).To(Equal([]string{"during the outage", "edited: edited"}))
			w.end()
		})
	})

	It("in which the service says when to come back is waited for", func() {
		inRoom(func(r *room) {
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 40 * time.Second})
			w := r.watch(nil)
			Expect(w.after(39 * time.Second)).To(BeEmpty())
			Expect(r.lists()).To(Equal(1))
			Expect(w.after(2 * time.Second)).To(HaveLen(2))
			w.end()
		})
	})

	It("is in the log of the client, without secrets", func() {
		inRoom(func(r *room) {
			var log strings.Builder
			options := r.service.ClientOptions()
			options.Logger = slog.New(slog.NewTextHandler(&log, nil))
			client, err := chat.NewClient(r.service.Endpoint(), r.service.Credential(r.ana), options)
			Expect(err).NotTo(HaveOccurred())
			r.thread = client.ThreadClient(r.thread.ThreadID())
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{})
			w := r.watch(nil)
			w.after(time.Minute)
			w.end()
			Expect(log.String()).To(MatchRegexp(`(?m)level=WARN msg="feed call failed" thread=19:.* error=".*503 Service Unavailable`))
			Expect(log.String()).To(MatchRegexp(`(?m)level=INFO msg="feed ended" error="context canceled"`))
			Expect(log.String()).NotTo(ContainSubstring("Bearer"))
		})
	})
})

var _ = Describe("Lag", func() {
	It("is small for a thread that is read, and grows in an outage", func() {
		inRoom(func(r *room) {
			lag := &feed.Lag{}
			Expect(lag.Behind()).To(BeZero())
			w := r.watch(&feed.Options{Lag: lag, MaxInterval: 10 * time.Second})
			w.after(time.Hour)
			Expect(lag.Behind()).To(BeNumerically("<=", 10*time.Second))
			Expect(lag.Threads()).To(Equal(1))
			outage := r.service.Fail(chattest.ListChatMessages, chattest.Fault{Every: 1})
			w.after(time.Hour)
			Expect(lag.Behind()).To(BeNumerically("~", time.Hour, 11*time.Second))
			outage.Remove()
			w.after(time.Minute)
			Expect(lag.Behind()).To(BeNumerically("<=", 10*time.Second))
			w.end()
			Expect(lag.Behind()).To(BeZero())
			Expect(lag.Threads()).To(BeZero())
		})
	})
})

var _ = Describe("Lag during the first read", func() {
	It("is that of the last change that was yielded", func() {
		inRoom(func(r *room) {
			for n := range 500 {
				r.send(fmt.Sprint(n))
			}
			time.Sleep(time.Hour)
			lag, changes := &feed.Lag{}, 0
			for change, err := range feed.Watch(context.Background(), r.thread, &feed.Options{Lag: lag}) {
				Expect(err).NotTo(HaveOccurred())
				Expect(lag.Behind()).To(BeNumerically("~", time.Since(change.EventHeader().Time), time.Millisecond))
				if changes++; changes == 502 {
					break
				}
			}
		})
	})

	It("is that of the cursor before the first page, and of the oldest message found on the way", func() {
		inRoom(func(r *room) {
			first := time.Now()
			for n := range 500 {
				r.send(fmt.Sprint(n))
			}
			time.Sleep(time.Hour)
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 4, Status: http.StatusTooManyRequests, RetryAfter: time.Minute})
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Minute})
			lag := &feed.Lag{}
			w := r.watch(&feed.Options{Lag: lag, From: feed.At(first.Add(-time.Hour))})
			w.after(time.Second)
			Expect(lag.Behind()).To(BeNumerically("~", time.Since(first.Add(-time.Hour)), time.Second))
			w.end()
			w = r.watch(&feed.Options{Lag: lag})
			w.after(10 * time.Second)
			Expect(w.after(0)).To(BeEmpty())
			Expect(lag.Behind()).To(BeNumerically("~", time.Since(first), 2*time.Minute))
			w.after(2 * time.Minute)
			Expect(lag.Behind()).To(BeNumerically("<", time.Minute))
			w.end()
		})
	})
})
