package feed_test

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("Cursor", func() {
	ctx := context.Background()

	It("is a short text without spaces", func() {
		inRoom(func(r *room) {
			for range 20 {
				r.send("x")
				time.Sleep(300 * time.Millisecond)
			}
			w := r.watch(nil)
			w.after(time.Minute)
			for _, change := range w.end() {
				Expect(string(change.Cursor)).To(MatchRegexp(`^1[\w-]+$`))
				Expect(len(change.Cursor)).To(BeNumerically("<", 200))
			}
		})
	})

	It("is refused for another thread", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Second)
			cursor := w.end()[1].Cursor
			other, err := r.service.Client(r.ana).CreateThread(ctx, "Other", nil)
			Expect(err).NotTo(HaveOccurred())
			for _, err := range feed.Watch(ctx, r.service.Client(r.ana).ThreadClient(other.Thread.ID), &feed.Options{From: cursor}) {
				Expect(err).To(MatchError(ContainSubstring("another thread")))
			}
		})
	})

	DescribeTable("is refused if it is",
		func(change func(string) string, reason string) {
			inRoom(func(r *room) {
				w := r.watch(nil)
				w.after(time.Second)
				cursor := feed.Cursor(change(string(w.end()[1].Cursor)))
				Expect(r.watch(&feed.Options{From: cursor}).ended()).To(MatchError(ContainSubstring(reason)))
			})
		},
		Entry("truncated", func(c string) string { return c[:len(c)-3] }, "is not a cursor"),
		Entry("extended", func(c string) string { return c + "AA" }, "is not a cursor"),
		Entry("of a later version", func(c string) string { return "2" + c[1:] }, "later version"),
		Entry("very long", func(string) string { return "1" + strings.Repeat("A", 1<<19) }, "is not a cursor"),
		Entry("another text", func(string) string { return "yesterday" }, "is not a cursor"),
	)

	It("for a time before 1970, or no time, is Start", func() {
		Expect(feed.At(time.Time{})).To(Equal(feed.Start))
		Expect(feed.At(time.Unix(-5, 0))).To(Equal(feed.Start))
		Expect(feed.At(time.UnixMilli(5))).NotTo(Equal(feed.Start))
	})

	It("is too old if the history that follows it cannot be read any more", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Second)
			cursor := w.end()[1].Cursor
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			r.send("hidden")
			time.Sleep(time.Minute)
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana, ShareHistoryTime: r.service.Now()}})).Error().NotTo(HaveOccurred())
			r.send("shown")
			Expect(r.watch(&feed.Options{From: cursor}).ended()).To(MatchError(feed.ErrCursorTooOld))
			w = r.watch(nil)
			Expect(w.after(time.Second)).To(Equal([]string{"added 1", "shown"}))
			w.end()
		})
	})

	It("is too old if more than the look-back would have to be read, and not otherwise", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Second)
			options := &feed.Options{From: w.end()[1].Cursor, MaxAge: time.Hour}
			time.Sleep(100 * 24 * time.Hour)
			w = r.watch(options)
			Expect(w.after(time.Minute)).To(BeEmpty()) // an old cursor, and nothing happened since
			w.end()
			r.send("new")
			w = r.watch(options)
			Expect(w.after(time.Minute)).To(Equal([]string{"new"}))
			w.end()
			time.Sleep(2 * time.Hour)
			Expect(r.watch(options).ended()).To(MatchError(feed.ErrCursorTooOld))
		})
	})

	It("of a thread whose messages were all edited since is not too old", func() {
		inRoomOf(&chattest.Options{}, func(r *room) {
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana, ShareHistoryTime: r.service.Now().Add(time.Minute)}})).Error().NotTo(HaveOccurred())
			time.Sleep(2 * time.Minute)
			id := r.send("the only one")
			w := r.watch(nil)
			w.after(time.Second)
			changes := w.end()
			Expect(texts(changes)).To(Equal([]string{"the only one"}))
			time.Sleep(time.Hour)
			r.edit(id, "edited")
			w = r.watch(&feed.Options{From: changes[0].Cursor})
			Expect(w.after(time.Second)).To(Equal([]string{"edited: edited"}))
			w.end()
		})
	})

	It("after messages that were listed otherwise yields what follows, also what appears late, and none of them", func() {
		inRoom(func(r *room) {
			late := r.late()
			time.Sleep(time.Minute)
			r.send("one")
			late.hide(r.send("slow"), 8*time.Second)
			time.Sleep(time.Second)
			r.send("two")
			listed, err := r.thread.ListMessages(nil).Collect(ctx, 0)
			Expect(err).NotTo(HaveOccurred())
			Expect(listed[0].Content.Message).To(Equal("two"))
			cursor, err := feed.After(feed.Start, chat.ThreadProperties{ID: r.thread.ThreadID()}, listed...)
			Expect(err).NotTo(HaveOccurred())
			w := r.watch(&feed.Options{From: cursor})
			r.send("three")
			Expect(w.after(time.Minute)).To(ConsistOf("slow", "three"))
			w.end()
		})
	})

	It("after properties that were read otherwise yields other ones only, also without messages", func() {
		inRoom(func(r *room) {
			for _, from := range []feed.Cursor{feed.Start, feed.At(r.service.Now())} {
				Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"team": "x"}})).To(Succeed())
				properties, err := r.thread.GetProperties(ctx)
				Expect(err).NotTo(HaveOccurred())
				cursor, err := feed.After(from, properties)
				Expect(err).NotTo(HaveOccurred())
				w := r.watch(&feed.Options{From: cursor})
				Expect(w.after(2 * time.Minute)).NotTo(ContainElement(HavePrefix("properties")))
				Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"team": ""}})).To(Succeed())
				Expect(w.after(2 * time.Minute)).To(ContainElement("properties: map[] none"))
				w.end()
			}
		})
	})

	It("after messages that were listed from a time does not yield older ones", func() {
		inRoom(func(r *room) {
			r.send("before")
			time.Sleep(time.Second)
			start := r.service.Now()
			r.send("listed")
			listed, err := r.thread.ListMessages(&chat.ListMessagesOptions{StartTime: start}).Collect(ctx, 0)
			Expect(err).NotTo(HaveOccurred())
			Expect(listed).To(HaveLen(1))
			cursor, err := feed.After(feed.At(start), chat.ThreadProperties{ID: r.thread.ThreadID()}, listed...)
			Expect(err).NotTo(HaveOccurred())
			w := r.watch(&feed.Options{From: cursor})
			Expect(w.after(time.Minute)).To(BeEmpty())
			w.end()
		})
	})

	It("after messages is refused for Now, another thread, no thread, or messages without a version", func() {
		for _, from := range []feed.Cursor{feed.Now, "1x", feed.WriteCursor("19:other@thread.v2", 1)} {
			_, err := feed.After(from, chat.ThreadProperties{ID: "19:x@thread.v2"}, chat.Message{ID: "1", Version: "1"})
			Expect(err).To(BeAssignableToTypeOf(&chat.ArgumentError{}))
		}
		_, err := feed.After(feed.Start, chat.ThreadProperties{})
		Expect(err).To(BeAssignableToTypeOf(&chat.ArgumentError{}))
		_, err = feed.After(feed.Start, chat.ThreadProperties{ID: "19:x@thread.v2"}, chat.Message{})
		Expect(err).To(BeAssignableToTypeOf(&chat.ArgumentError{}))
	})

	It("is the same in every version of this package", func() {
		cursor, err := feed.After(feed.Start, chat.ThreadProperties{ID: "19:x@thread.v2"},
			chat.Message{ID: "1796001160000", Version: "1796001165100"}, chat.Message{ID: "1796001164000", Version: "1796001164000"})
		Expect(err).NotTo(HaveOccurred())
		Expect(cursor).To(Equal(feed.Cursor("110q86gEAAAAAAAAArN6L0KI0AAIA2E_MCAA")))
		retention := chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60}
		Expect(feed.PropertiesHash(chat.ThreadProperties{Metadata: map[string]string{"b": "2", "a": "1"}, Retention: retention})).To(BeEquivalentTo(uint64(1428073461334654475)))
	})
})
