package feed_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// selective is a store that loads the records of threads slowly, or not at all, but for one thread.
type selective struct {
	feed.Store

	threads map[string]bool
	delay   time.Duration
	down    atomic.Bool
}

// Load implements [feed.Store].
func (s *selective) Load(ctx context.Context, key string) (string, error) {
	if s.threads[key] {
		if s.down.Load() {
			return "", errStoreDown
		}
		select {
		case <-time.After(s.delay):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return s.Store.Load(ctx, key)
}

var _ = Describe("Claims of threads", func() {
	ctx := context.Background()

	// createThreads creates threads of Ana and Bo, and returns their ids.
	createThreads := func(r *room, n int) map[string]bool {
		GinkgoHelper()
		ids := map[string]bool{}
		for i := range n {
			created, err := r.bobs.Client().CreateThread(ctx, fmt.Sprint(i), &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: r.ana}}})
			Expect(err).NotTo(HaveOccurred())
			ids[created.Thread.ID] = true
			time.Sleep(time.Second)
		}
		return ids
	}
	// watchAll ranges over all threads of Ana until the returned function is called.
	watchAll := func(r *room, options *feed.Options) (stop func()) {
		ranged, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, err := range feed.WatchAll(ranged, r.thread.Client(), options) {
				if err != nil {
					return
				}
			}
		}()
		return func() { cancel(); <-done }
	}

	It("that take long do not hold up the reads of threads that are claimed", func() {
		inRoom(func(r *room) {
			store := &selective{Store: &feed.MemoryStore{}, threads: createThreads(r, 20), delay: time.Minute}
			r.send("in the first thread of the list")
			lag := &feed.Lag{}
			stop := watchAll(r, &feed.Options{Store: store, Lag: lag, From: feed.Now})
			time.Sleep(50 * time.Second)
			Expect(lag.Threads()).To(Equal(1))
			Expect(lag.Behind()).To(BeNumerically("<", 15*time.Second))
			stop()
		})
	})

	It("that fail are repeated, however few calls of the service are allowed", func() {
		inRoom(func(r *room) {
			store := &selective{Store: &feed.MemoryStore{}, threads: createThreads(r, 3)}
			store.down.Store(true)
			lag := &feed.Lag{}
			stop := watchAll(r, &feed.Options{Store: store, Lag: lag, CallsPerMinute: 1})
			time.Sleep(10 * time.Second)
			Expect(lag.Threads()).To(Equal(1))
			store.down.Store(false)
			time.Sleep(20 * time.Second)
			Expect(lag.Threads()).To(Equal(4))
			stop()
		})
	})
})
