package feed_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("WatchAll", func() {
	ctx := context.Background()

	watchAll := (*room).watchAll
	create := func(r *room, topic string) *chat.ThreadClient {
		GinkgoHelper()
		client := r.bobs.Client()
		created, err := client.CreateThread(ctx, topic, &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: r.ana}}})
		Expect(err).NotTo(HaveOccurred())
		return client.ThreadClient(created.Thread.ID)
	}

	It("yields the changes of all threads, also of new ones", func() {
		inRoom(func(r *room) {
			r.send("old")
			w := watchAll(r, feed.Options{})
			Expect(w.after(10 * time.Second)).To(Equal([]string{"added 2", "topic: Plans", "old"}))
			other := create(r, "Other")
			Expect(w.after(10 * time.Second)[3:]).To(Equal([]string{"added 2", "topic: Other"}))
			Expect(other.SendMessage(ctx, "in the other", nil)).Error().NotTo(HaveOccurred())
			r.send("in the first")
			Expect(w.after(10 * time.Second)[5:]).To(ConsistOf("in the other", "in the first"))
			w.end()
			ids := map[string]int{}
			for _, c := range w.changes {
				ids[c.EventHeader().ThreadID]++
			}
			Expect(ids).To(Equal(map[string]int{r.thread.ThreadID(): 4, other.ThreadID(): 3}))
		})
	})

	It("begins with what happens from now on, and with the whole of threads found later", func() {
		inRoom(func(r *room) {
			id := r.send("old")
			time.Sleep(time.Minute)
			create(r, "Latest")
			time.Sleep(time.Minute)
			w := watchAll(r, feed.Options{From: feed.Now})
			w.after(10 * time.Second)
			create(r, "New")
			r.edit(id, "edited")
			w.after(2 * time.Minute)
			Expect(texts(w.end())).To(ContainElements("added 2", "topic: New", "edited: edited"))
			Expect(texts(w.changes)).NotTo(ContainElement("old"))
		})
	})

	It("finds edits in threads without other activity", func() {
		inRoom(func(r *room) {
			id := r.send("draft")
			time.Sleep(24 * time.Hour)
			w := watchAll(r, feed.Options{})
			w.after(time.Hour)
			r.edit(id, "final")
			Expect(w.after(61 * time.Second)[3:]).To(Equal([]string{"edited: final"}))
			w.end()
		})
	})

	It("drops threads that are left or deleted, reports them, and reads one again when the user is added again", func() {
		inRoom(func(r *room) {
			other := create(r, "Other")
			w := watchAll(r, feed.Options{})
			w.after(time.Minute)
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			w.after(2 * time.Minute)
			Expect(w.reported()).To(HaveExactElements(MatchError(feed.ErrRemoved)))
			Expect(other.Client().DeleteThread(ctx, other.ThreadID())).To(Succeed())
			w.after(2 * time.Minute)
			Expect(w.reported()).To(HaveExactElements(MatchError(feed.ErrRemoved), MatchError(feed.ErrThreadDeleted)))
			before := r.lists()
			w.after(10 * time.Minute)
			Expect(r.lists()).To(Equal(before))
			r.send("unseen")
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana}})).Error().NotTo(HaveOccurred())
			known := w.after(0)
			Expect(w.after(time.Minute)).To(Equal(append(known, "removed 1", "unseen", "added 1")))
			w.end()
		})
	})

	It("reports a thread whose history is hidden, and reads what is left of it", func() {
		inRoom(func(r *room) {
			w := watchAll(r, feed.Options{})
			w.after(time.Minute)
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			w.after(2 * time.Minute)
			r.send("hidden")
			time.Sleep(time.Minute)
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana, ShareHistoryTime: r.service.Now()}})).Error().NotTo(HaveOccurred())
			r.send("shown")
			Expect(w.after(time.Minute)[2:]).To(Equal([]string{"added 1", "shown"}))
			Expect(w.reported()).To(HaveExactElements(MatchError(feed.ErrRemoved), MatchError(feed.ErrCursorTooOld)))
			w.end()
		})
	})

	It("reads a busy thread from MaxAge on if its position is older, and reports the hole once", func() {
		inRoom(func(r *room) {
			began := time.Now()
			busy := func(d time.Duration) {
				for until := time.Now().Add(d); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
					r.send("x")
				}
			}
			busy(2 * time.Minute)
			w := watchAll(r, feed.Options{From: feed.At(began), MaxAge: time.Minute})
			busy(time.Minute)
			w.after(time.Minute)
			Expect(w.reported()).To(HaveExactElements(MatchError(feed.ErrCursorTooOld)))
			Expect(len(w.after(0))).To(BeNumerically("~", 600, 10), "those of the last minute, and those that came later")
			w.end()
		})
	})

	It("reads a thread that was left with few calls", func() {
		inRoom(func(r *room) {
			for n := range 20 {
				thread := create(r, fmt.Sprint(n))
				Expect(thread.RemoveParticipant(ctx, r.ana)).To(Succeed())
			}
			time.Sleep(time.Hour)
			before := len(r.service.Requests())
			w := watchAll(r, feed.Options{CallsPerMinute: 30})
			w.after(4 * time.Minute)
			Expect(len(r.service.Requests()) - before).To(BeNumerically("<=", 30*4+5))
			Expect(w.reported()).To(HaveLen(20))
			w.end()
		})
	})

	It("keeps to the number of calls a minute, and shares them", func() {
		inRoomOf(&chattest.Options{EnforceLimits: true}, func(r *room) {
			for n := range 150 {
				create(r, fmt.Sprint(n))
				time.Sleep(2 * time.Second)
			}
			time.Sleep(24 * time.Hour)
			w := watchAll(r, feed.Options{CallsPerMinute: 30, From: feed.Now})
			w.after(30 * time.Minute)
			before := len(r.service.Requests())
			busy := create(r, "busy")
			for range 600 {
				Expect(busy.SendMessage(ctx, "x", nil)).Error().NotTo(HaveOccurred())
				time.Sleep(3 * time.Second)
			}
			synctest.Wait()
			requests := r.service.Requests()[before:]
			read := map[string]int{}
			calls := 0
			for _, request := range requests {
				if request.User != r.ana {
					continue
				}
				calls++
				Expect(request.Status).To(Equal(200))
				if request.Operation == chattest.ListChatMessages {
					read[request.Path]++
				}
			}
			Expect(calls).To(BeNumerically("~", 30*30, 15))
			Expect(slices.Collect(maps.Values(read))).To(HaveLen(152), "a busy thread must not starve the others")
			Expect(texts(w.changes)).To(ContainElement("x"))
			w.end()
		})
	})

	It("begins now also if the first list is empty", func() {
		inRoom(func(r *room) {
			r.send("old")
			time.Sleep(time.Minute)
			r.service.Fail(chattest.ListChatThreads, chattest.Fault{EmptyPage: true})
			newcomer := r.service.NewUser()
			w := watchAll(r, feed.Options{From: feed.Now})
			none := watchAll(&room{service: r.service, thread: r.service.Client(newcomer).ThreadClient(r.thread.ThreadID())}, feed.Options{From: feed.Now})
			w.after(time.Minute)
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: newcomer}})).Error().NotTo(HaveOccurred())
			r.send("new")
			Expect(w.after(time.Minute)).To(Equal([]string{"added 1", "new"}))
			Expect(none.after(0)).To(Equal([]string{"added 1", "new"}))
			w.end()
			none.end()
		})
	})

	It("begins now once for all ranges of a store: a thread that was created between two of them is read from its start", func() {
		inRoom(func(r *room) {
			r.send("old")
			time.Sleep(time.Minute)
			store := &feed.MemoryStore{}
			w := watchAll(r, feed.Options{From: feed.Now, Store: store})
			Expect(w.after(time.Minute)).To(BeEmpty())
			w.end()
			create(r, "Between")
			time.Sleep(time.Minute)
			w = watchAll(r, feed.Options{From: feed.Now, Store: store})
			Expect(w.after(time.Minute)).To(Equal([]string{"added 2", "topic: Between"}))
			w.end()
		})
	})

	It("continues a thread that was dropped during its first read, and repeats nothing", func() {
		inRoom(func(r *room) {
			const messages = 2300
			for n := range messages {
				r.send(fmt.Sprint(n))
			}
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Nth: messages/200 + 2, Delay: 30 * time.Second}) // the first on the way up
			w := watchAll(r, feed.Options{})
			for len(w.after(100*time.Millisecond)) == 0 {
			}
			Expect(r.bobs.RemoveParticipant(ctx, r.ana)).To(Succeed())
			w.after(3 * time.Minute)
			Expect(w.reported()).To(HaveExactElements(MatchError(feed.ErrRemoved)))
			Expect(r.bobs.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana}})).Error().NotTo(HaveOccurred())
			Expect(w.after(3 * time.Minute)).To(HaveLen(messages + 4))
			w.end()
		})
	})

	It("lists the threads again if the service refuses to continue a list", func() {
		inRoom(func(r *room) {
			for n := range 3 {
				create(r, fmt.Sprint(n))
			}
			r.service.Fail(chattest.ListChatThreads, chattest.Fault{Nth: 2, Status: http.StatusBadRequest, Code: "BadRequest"})
			r.service.Fail(chattest.ListChatThreads, chattest.Fault{Every: 1, ShortPage: 1})
			w := watchAll(r, feed.Options{})
			Expect(w.after(time.Minute)).To(HaveLen(8))
			Expect(w.reported()).To(HaveExactElements(MatchError(chat.ErrBadRequest)))
			w.end()
		})
	})

	It("is told by a live source about threads that it does not know", func() {
		inRoom(func(r *room) {
			listener := r.listen()
			defer listener.Close()
			w := watchAll(r, feed.Options{Listener: listener, From: feed.Now})
			w.after(time.Hour)
			other := create(r, "Other")
			Expect(w.after(3 * time.Second)).To(Equal([]string{"added 2", "topic: Other"}))
			Expect(other.SendMessage(ctx, "hello", nil)).Error().NotTo(HaveOccurred())
			Expect(w.after(time.Second)[2:]).To(Equal([]string{"hello"}))
			w.end()
		})
	})

	It("continues every thread where it was, with a store", func() {
		inRoom(func(r *room) {
			other := create(r, "Other")
			store := &feed.MemoryStore{}
			w := watchAll(r, feed.Options{Store: store})
			Expect(w.after(time.Minute)).To(HaveLen(4))
			w.end()
			r.send("one")
			Expect(other.SendMessage(ctx, "two", nil)).Error().NotTo(HaveOccurred())
			w = watchAll(r, feed.Options{Store: store})
			Expect(w.after(time.Minute)).To(ConsistOf("one", "two"))
			w.end()
		})
	})

	It("rejects the cursor of one thread, and a nil client", func() {
		inRoom(func(r *room) {
			w := r.watch(nil)
			w.after(time.Second)
			cursor := w.end()[1].Cursor
			Expect(watchAll(r, feed.Options{From: cursor}).ended()).To(MatchError(ContainSubstring("one thread")))
		})
		for _, err := range feed.WatchAll(ctx, nil, nil) {
			Expect(err).To(MatchError(ContainSubstring("client")))
		}
	})
})
