package feed_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("Metadata and retention", func() {
	ctx := context.Background()

	label := func(thread *chat.ThreadClient, team string) {
		GinkgoHelper()
		Expect(thread.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"team": team}})).To(Succeed())
	}

	It("are no change from now on, also for a range from the cursor of a message sent before they could be read", func() {
		inRoom(func(r *room) {
			label(r.bobs, "x")
			r.service.Fail(chattest.GetChatThreadProperties, chattest.Fault{Times: 4, Status: http.StatusServiceUnavailable})
			w := r.watch(&feed.Options{From: feed.Now})
			w.after(time.Second)
			r.send("one")
			r.send("two")
			Expect(w.after(time.Minute)).To(Equal([]string{"one", "two"}))
			cursor := w.end()[0].Cursor
			w = r.watch(&feed.Options{From: cursor})
			Expect(w.after(2 * time.Minute)).To(Equal([]string{"two"}))
			w.end()
			label(r.bobs, "y")
			w = r.watch(&feed.Options{From: cursor})
			Expect(w.after(2 * time.Minute)).To(Equal([]string{"two", "properties: map[team:y] none"}))
			w.end()
		})
	})

	It("are no change from now on, also if the first of the ranges of a store ended before they could be read", func() {
		inRoom(func(r *room) {
			label(r.bobs, "x")
			options := &feed.Options{From: feed.Now, Store: &feed.MemoryStore{}}
			outage := r.service.Fail(chattest.GetChatThreadProperties, chattest.Fault{Every: 1})
			w := r.watch(options)
			Expect(w.after(time.Minute)).To(BeEmpty())
			w.end()
			outage.Remove()
			r.send("one")
			w = r.watch(options)
			Expect(w.after(2 * time.Minute)).To(Equal([]string{"one"}))
			w.end()
			label(r.bobs, "y")
			w = r.watch(options)
			Expect(w.after(2 * time.Minute)).To(Equal([]string{"properties: map[team:y] none"}))
			w.end()
		})
	})

	It("are yielded from a time on if there are any, because it is not known when they changed", func() {
		inRoom(func(r *room) {
			label(r.bobs, "x")
			r.send("before")
			time.Sleep(time.Minute)
			w := r.watch(&feed.Options{From: feed.At(r.service.Now())})
			Expect(w.after(time.Minute)).To(Equal([]string{"properties: map[team:x] none"}))
			cursor := w.end()[0].Cursor
			w = r.watch(&feed.Options{From: cursor})
			Expect(w.after(time.Minute)).To(BeEmpty())
			w.end()
		})
	})

	It("of all threads are no change from now on, but those of a thread that is created later are one", func() {
		inRoom(func(r *room) {
			label(r.bobs, "x")
			options := feed.Options{From: feed.Now, Store: &feed.MemoryStore{}}
			w := r.watchAll(options)
			Expect(w.after(5 * time.Minute)).To(BeEmpty())
			Expect(r.bobs.Client().CreateThread(ctx, "New", &chat.CreateThreadOptions{
				Participants: []chat.Participant{{Identifier: r.ana}}, Metadata: map[string]string{"team": "new"},
			})).Error().NotTo(HaveOccurred())
			Expect(w.after(5 * time.Minute)).To(Equal([]string{"added 2", "topic: New", "properties: map[team:new] none"}))
			w.end()
			label(r.bobs, "y")
			w = r.watchAll(options)
			Expect(w.after(5 * time.Minute)).To(Equal([]string{"properties: map[team:y] none"}))
			w.end()
		})
	})

	It("are not yielded again when the messages of a thread must be read again from the start", func() {
		inRoom(func(r *room) {
			label(r.bobs, "x")
			w := r.watchAll(feed.Options{})
			Expect(w.after(5 * time.Minute)).To(Equal([]string{"added 2", "topic: Plans", "properties: map[team:x] none"}))
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			Expect(w.after(5 * time.Minute)).To(HaveLen(3))
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana, ShareHistoryTime: r.service.Now()}})).Error().NotTo(HaveOccurred())
			Expect(w.after(10 * time.Minute)[3:]).To(Equal([]string{"added 1"}))
			Expect(w.reported()).To(HaveExactElements(MatchError(feed.ErrRemoved), MatchError(feed.ErrCursorTooOld)))
			w.end()
		})
	})
})
