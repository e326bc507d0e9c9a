package feed_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("Watch", func() {
	ctx := context.Background()

	It("yields the whole history, the oldest change first, and then what follows", func() {
		inRoom(func(r *room) {
			r.send("one")
			r.send("two")
			w := r.watch(nil)
			Expect(w.after(time.Second)).To(Equal([]string{"added 2", "topic: Plans", "one", "two"}))
			r.send("three")
			Expect(w.after(time.Minute)).To(HaveLen(5))
			changes := w.end()
			Expect(texts(changes)[4]).To(Equal("three"))
			message, err := r.thread.GetMessage(ctx, changes[4].Message.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(changes[4].Event).To(Equal(events.MessageReceived{
				Header: events.Header{ThreadID: r.thread.ThreadID(), Time: changes[4].EventHeader().Time, Version: message.Version}, Message: message,
			}))
			Expect(changes[4].EventHeader().Time).To(BeTemporally("~", message.CreatedOn, time.Second))
		})
	})

	It("yields edits, deletions, participants and topics once each, in the order in which they happened", func() {
		inRoom(func(r *room) {
			w := r.watch(&feed.Options{From: feed.Now})
			Expect(w.after(time.Second)).To(BeEmpty())
			act := func(change string, do func()) {
				before := w.after(0)
				do()
				Expect(w.after(time.Minute)).To(Equal(append(before, change)))
			}
			var one, two string
			act("one", func() { one = r.send("one") })
			act("two", func() { two = r.send("two") })
			act("edited: one, mended", func() { r.edit(one, "one, mended") })
			act("deleted: "+two, func() { r.erase(two) })
			act("topic: Other plans", func() { Expect(r.bobs.UpdateTopic(ctx, "Other plans")).To(Succeed()) })
			act("added 1", func() {
				Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.service.NewUser()}})).Error().NotTo(HaveOccurred())
			})
			act("edited: one, mended again", func() { r.edit(one, "one, mended again") })
			w.end()
		})
	})

	It("skips a version that was replaced before it was read", func() {
		inRoom(func(r *room) {
			id := r.send("draft")
			r.edit(id, "final")
			other := r.send("oops")
			r.erase(other)
			w := r.watch(nil)
			Expect(w.after(time.Second)).To(Equal([]string{"added 2", "topic: Plans", "edited: final", "deleted: " + other}))
			w.end()
		})
	})

	It("yields new metadata and retention, which leave no message, once", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			Expect(w.after(time.Minute)).To(HaveLen(2))
			Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"team": "x"}})).To(Succeed())
			Expect(w.after(2 * time.Minute)[2:]).To(Equal([]string{"properties: map[team:x] none"}))
			retention := chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60}
			Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Retention: &retention})).To(Succeed())
			Expect(w.after(10 * time.Minute)[3:]).To(Equal([]string{"properties: map[team:x] threadCreationDate"}))
			changes := w.end()
			properties := changes[3].Event.(events.ThreadPropertiesUpdated).Properties
			Expect(properties.Topic).To(Equal("Plans"))
			Expect(properties.Retention).To(Equal(retention))
			Expect(changes[3].Message).To(BeNil())

			w = r.watch(&feed.Options{From: changes[2].Cursor})
			Expect(w.after(time.Minute)).To(Equal([]string{"properties: map[team:x] threadCreationDate"}))
			w.end()
			w = r.watch(&feed.Options{From: changes[3].Cursor})
			Expect(w.after(time.Minute)).To(BeEmpty())
			w.end()
		})
	})

	It("yields the metadata that the thread has at the start, but not from now on", func() {
		inRoom(func(r *room) {
			Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"team": "x"}})).To(Succeed())
			w, now := r.watch(nil), r.watch(&feed.Options{From: feed.Now})
			Expect(w.after(time.Minute)).To(Equal([]string{"added 2", "topic: Plans", "properties: map[team:x] none"}))
			Expect(now.after(0)).To(BeEmpty())
			w.end()
			now.end()
		})
	})

	It("yields exactly what follows a cursor, for the cursor of every change", func() {
		inRoom(func(r *room) {
			for n := range 12 {
				id := r.send(fmt.Sprint("message ", n))
				if n%3 == 0 {
					time.Sleep(7 * time.Second)
					r.edit(id, fmt.Sprint("edited ", n))
				}
			}
			w := r.watch(nil)
			w.after(time.Minute)
			all := w.end()
			Expect(all).To(HaveLen(14))
			for i, change := range all {
				w := r.watch(&feed.Options{From: change.Cursor})
				w.after(time.Minute)
				rest := w.end()
				Expect(rest).To(HaveLen(len(all) - i - 1))
				Expect(rest).To(HaveExactElements(all[i+1:]))
			}
		})
	})

	It("delivers the change in hand again, with the same cursor, after the loop was left", func() {
		inRoom(func(r *room) {
			r.send("one")
			r.send("two")
			var first []feed.Change
			var saved feed.Cursor
			for change, err := range feed.Watch(ctx, r.thread, nil) {
				Expect(err).NotTo(HaveOccurred())
				if first = append(first, change); len(first) == 3 {
					break
				}
				saved = change.Cursor
			}
			for change, err := range feed.Watch(ctx, r.thread, &feed.Options{From: saved}) {
				Expect(err).NotTo(HaveOccurred())
				Expect(change).To(Equal(first[2]))
				break
			}
		})
	})

	It("begins with the changes at or after a time", func() {
		inRoom(func(r *room) {
			old := r.send("before")
			time.Sleep(5 * time.Second)
			start := r.service.Now()
			r.send("after")
			r.edit(old, "before, edited")
			w := r.watch(&feed.Options{From: feed.At(start)})
			Expect(w.after(time.Minute)).To(Equal([]string{"after", "edited: before, edited"}))
			w.end()
		})
	})

	It("reads a long history page by page, twice if it is very long, in order", func() {
		inRoom(func(r *room) {
			const messages = 2500
			for n := range messages {
				r.send(fmt.Sprint(n))
			}
			time.Sleep(time.Hour)
			w := r.watch(&feed.Options{Share: 1})
			got := w.after(30 * time.Second)
			Expect(got).To(HaveLen(messages + 2))
			for n := range messages {
				Expect(got[n+2]).To(Equal(fmt.Sprint(n)))
			}
			w.end()
			Expect(r.lists()).To(BeNumerically("<=", 2*(messages/200+1)))
		})
	})

	It("continues a read after failed calls, and repeats nothing", func() {
		inRoom(func(r *room) {
			for n := range 900 {
				r.send(fmt.Sprint(n))
			}
			time.Sleep(time.Hour)
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Every: 2, Status: http.StatusServiceUnavailable})
			w := r.watch(nil)
			Expect(w.after(time.Minute)).To(HaveLen(902))
			Expect(r.lists()).To(BeNumerically("<", 20))
			Expect(w.reported()).NotTo(BeEmpty())
			w.end()
		})
	})

	It("begins a listing again if the service refuses to continue it, and repeats nothing", func() {
		inRoom(func(r *room) {
			for n := range 900 {
				r.send(fmt.Sprint(n))
			}
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 3, Status: http.StatusBadRequest, Code: "BadRequest"})
			w := r.watch(nil)
			Expect(w.after(time.Minute)).To(HaveLen(902))
			Expect(w.reported()).To(HaveExactElements(MatchError(chat.ErrBadRequest)))
			w.end()
		})
	})

	It("begins now also if the first page is empty", func() {
		inRoom(func(r *room) {
			r.send("old")
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{EmptyPage: true})
			w := r.watch(&feed.Options{From: feed.Now})
			w.after(time.Minute)
			r.send("new")
			Expect(w.after(time.Minute)).To(Equal([]string{"new"}))
			w.end()
		})
	})

	It("yields what happens during a long read once", func() {
		inRoom(func(r *room) {
			var ids []string
			for n := range 1000 {
				ids = append(ids, r.send(fmt.Sprint(n)))
			}
			w := r.watch(nil)
			w.after(time.Second)                  // the first two pages
			r.edit(ids[100], "moved to the top")  // from a page that was not read
			r.edit(ids[990], "moved to the top2") // from one that was
			got := w.after(time.Minute)
			Expect(got).To(HaveLen(1000 + 2 + 1))
			Expect(got).To(ContainElements("990", "edited: moved to the top", "edited: moved to the top2"))
			Expect(got).NotTo(ContainElement("100"))
			w.end()
		})
	})

	DescribeTable("survives pages that are",
		func(fault chattest.Fault) {
			inRoom(func(r *room) {
				for n := range 30 {
					r.send(fmt.Sprint(n))
				}
				r.service.Fail(chattest.ListChatMessages, fault)
				w := r.watch(nil)
				Expect(w.after(time.Minute)).To(HaveLen(32))
				w.end()
			})
		},
		Entry("short", chattest.Fault{Every: 1, ShortPage: 6}),
		Entry("empty", chattest.Fault{Every: 2, EmptyPage: true}),
		Entry("repeating an item", chattest.Fault{Every: 1, DuplicateItem: true}),
		Entry("cut", chattest.Fault{Every: 2, CutBody: true}),
		Entry("lost", chattest.Fault{Every: 2, LoseReply: true}),
		Entry("from a gateway", chattest.Fault{Every: 2, Status: http.StatusBadRequest, HTML: true}),
		Entry("throttled", chattest.Fault{Times: 2, Status: http.StatusTooManyRequests}),
	)

	DescribeTable("rejects invalid options",
		func(name string, options feed.Options) {
			inRoom(func(r *room) {
				w := r.watch(&options)
				Expect(w.ended()).To(MatchError(ContainSubstring(name)))
				Expect(w.err).To(BeAssignableToTypeOf(&chat.ArgumentError{}))
				Expect(w.changes).To(BeEmpty())
				Expect(r.lists()).To(BeZero())
			})
		},
		Entry(nil, "From", feed.Options{From: "x"}),
		Entry(nil, "Share", feed.Options{Share: 1.1}),
		Entry(nil, "Share", feed.Options{Share: -0.1}),
		Entry(nil, "MaxInterval", feed.Options{MaxInterval: -1}),
		Entry(nil, "CallsPerMinute", feed.Options{CallsPerMinute: -1}),
		Entry(nil, "MaxAge", feed.Options{MaxAge: -1}),
		Entry(nil, "LeaseTime", feed.Options{LeaseTime: -1}),
		Entry(nil, "LeaseTime", feed.Options{LeaseTime: 5 * time.Nanosecond}),
	)

	It("rejects a nil thread", func() {
		for _, err := range feed.Watch(ctx, nil, nil) {
			Expect(err).To(MatchError(ContainSubstring("thread")))
		}
	})
})
