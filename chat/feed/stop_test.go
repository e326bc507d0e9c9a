package feed_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("A range whose context ends while changes are yielded", func() {
	// readUntil ranges over the thread, and ends the context with the change of this number in hand.
	readUntil := func(r *room, number int, options *feed.Options) (changes []feed.Change) {
		GinkgoHelper()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var ended error
		for change, err := range feed.Watch(ctx, r.thread, options) {
			if ended = err; err != nil {
				break
			}
			if changes = append(changes, change); len(changes) == number {
				cancel()
			}
		}
		Expect(ended).To(MatchError(context.Canceled))
		return changes
	}

	It("yields no other change", func() {
		inRoom(func(r *room) {
			for n := range 500 {
				r.send(fmt.Sprint(n))
			}
			Expect(readUntil(r, 3, &feed.Options{})).To(HaveLen(3))
		})
	})

	It("records that the one in hand was delivered, for the loop has asked for the next one: no replica yields it again", func() {
		inRoom(func(r *room) {
			for n := range 3 {
				r.send(fmt.Sprint(n))
			}
			options := &feed.Options{Store: &feed.MemoryStore{}}
			Expect(texts(readUntil(r, 3, options))).To(Equal([]string{"added 2", "topic: Plans", "0"}))
			w := r.watch(options)
			Expect(w.after(time.Second)).To(Equal([]string{"1", "2"}))
			w.end()
		})
	})

	It("hands the thread over to a replica that waits for it, with nothing twice", func() {
		inRoom(func(r *room) {
			options := &feed.Options{Store: &feed.MemoryStore{}}
			var waiting *watcher
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var changes []feed.Change
			for change, err := range feed.Watch(ctx, r.thread, options) {
				if err != nil {
					break
				}
				if changes = append(changes, change); len(changes) == 1 {
					waiting = r.watch(options)
					waiting.after(time.Minute)
					cancel()
				}
			}
			Expect(texts(changes)).To(Equal([]string{"added 2"}))
			Expect(waiting.after(3 * time.Second)).To(Equal([]string{"topic: Plans"}))
			waiting.end()
		})
	})

	It("ends within twice the lease time if the store does not answer", func() {
		inRoom(func(r *room) {
			store := &hanging{Store: &feed.MemoryStore{}}
			began := time.Time{}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			for _, err := range feed.Watch(ctx, r.thread, &feed.Options{Store: store}) {
				if err == nil {
					began = time.Now()
					store.down.Store(true)
					cancel()
				}
			}
			Expect(time.Since(began)).To(BeNumerically("<=", 10*time.Second))
		})
	})
})

var _ = Describe("A store that does not answer for a while", func() {
	It("holds the changes up, which follow when it answers again", func() {
		inRoom(func(r *room) {
			store := &hanging{Store: &feed.MemoryStore{}}
			w := r.watch(&feed.Options{Store: store, From: feed.Now})
			w.after(time.Minute)
			store.down.Store(true)
			r.send("one")
			Expect(w.after(10 * time.Minute)).To(BeEmpty())
			store.down.Store(false)
			Expect(w.after(time.Minute)).To(Equal([]string{"one"}))
			Expect(w.reported()).To(ContainElement(MatchError(context.DeadlineExceeded)))
			w.end()
		})
	})
})

// hanging is a store that does not answer while it is down.
type hanging struct {
	feed.Store

	down atomic.Bool
}

// Load implements [feed.Store].
func (h *hanging) Load(ctx context.Context, key string) (string, error) {
	if h.down.Load() {
		<-ctx.Done()
		return "", ctx.Err()
	}
	return h.Store.Load(ctx, key)
}

// Swap implements [feed.Store].
func (h *hanging) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	if h.down.Load() {
		<-ctx.Done()
		return false, ctx.Err()
	}
	return h.Store.Swap(ctx, key, old, replacement)
}
