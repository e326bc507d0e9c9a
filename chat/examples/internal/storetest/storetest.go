// Package storetest has the specs that every store of package feed must pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// Specs declares the specs. open returns an empty store, and removes it after the spec; it skips the spec if the database cannot be reached.
func Specs(open func(ctx context.Context) feed.Store) {
	It("replaces a text only if it is the old one", func(ctx SpecContext) {
		store := open(ctx)
		Expect(store.Load(ctx, "a")).To(BeEmpty())
		Expect(store.Swap(ctx, "a", "", "1")).To(BeTrue())
		Expect(store.Swap(ctx, "a", "", "2")).To(BeFalse())
		Expect(store.Swap(ctx, "a", "0", "2")).To(BeFalse())
		Expect(store.Load(ctx, "a")).To(Equal("1"))
		Expect(store.Swap(ctx, "a", "1", "2")).To(BeTrue())
		Expect(store.Swap(ctx, "a", "1", "")).To(BeFalse())
		Expect(store.Swap(ctx, "a", "2", "")).To(BeTrue())
		Expect(store.Load(ctx, "a")).To(BeEmpty())
		Expect(store.Swap(ctx, "a", "2", "3")).To(BeFalse())
	})

	DescribeTable("lets one of many win", func(ctx SpecContext, old string) {
		store := open(ctx)
		if old != "" {
			Expect(store.Swap(ctx, "a", "", old)).To(BeTrue())
		}
		var won atomic.Int32
		var work sync.WaitGroup
		for n := range 20 {
			work.Go(func() {
				defer GinkgoRecover()
				ok, err := store.Swap(ctx, "a", old, fmt.Sprint("by ", n))
				Expect(err).NotTo(HaveOccurred())
				if ok {
					won.Add(1)
				}
			})
		}
		work.Wait()
		Expect(won.Load()).To(Equal(int32(1)))
		Expect(store.Load(ctx, "a")).To(HavePrefix("by "))
	}, Entry("with the first text", ""), Entry("with a new text", "old"))

	It("moves a thread from a replica that is cut off to another one, and no change is committed twice", func(ctx SpecContext) {
		store := open(ctx)
		server := chattest.NewServer(GinkgoTB(), nil)
		client := server.Client(server.NewUser())
		created, err := client.CreateThread(ctx, "Plans", nil)
		Expect(err).NotTo(HaveOccurred())
		thread := client.ThreadClient(created.Thread.ID)
		var committed ledger
		first := &cutOff{Store: store}
		stopFirst := committed.read(ctx, thread, first)
		Eventually(committed.texts).WithTimeout(20 * time.Second).Should(HaveLen(2))
		stopSecond := committed.read(ctx, thread, store)
		for n := range 20 {
			Expect(thread.SendMessage(ctx, fmt.Sprint("message ", n), nil)).Error().NotTo(HaveOccurred())
			if n == 10 {
				first.down.Store(true)
			}
		}
		Eventually(committed.texts).WithTimeout(30 * time.Second).Should(HaveLen(22))
		Consistently(committed.texts).WithTimeout(2 * time.Second).Should(HaveLen(22))
		for n := range 20 {
			Expect(committed.texts()[n+2]).To(Equal(fmt.Sprint("message ", n)))
		}
		stopFirst()
		stopSecond()
	}, NodeTimeout(2*time.Minute))
}

var errCutOff = errors.New("cut off")

// cutOff is a store that one replica may lose.
type cutOff struct {
	feed.Store

	down atomic.Bool
}

// Load implements [feed.Store].
func (c *cutOff) Load(ctx context.Context, key string) (string, error) {
	if c.down.Load() {
		return "", errCutOff
	}
	return c.Store.Load(ctx, key)
}

// Swap implements [feed.Store].
func (c *cutOff) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	if c.down.Load() {
		return false, errCutOff
	}
	return c.Store.Swap(ctx, key, old, replacement)
}

// ledger is the work of all replicas.
type ledger struct {
	mu      sync.Mutex // guards what follows
	changes []string
	last    feed.Cursor
}

func (l *ledger) texts() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.changes...)
}

// read commits the changes of a thread until the function it returns is called. The change that two replicas may yield has the same cursor.
func (l *ledger) read(ctx context.Context, thread *chat.ThreadClient, store feed.Store) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer GinkgoRecover()
		defer close(done)
		for change, err := range feed.Watch(ctx, thread, &feed.Options{Store: store, LeaseTime: 2 * time.Second, Share: 1, MaxInterval: time.Second}) {
			if err != nil {
				Expect(err).To(MatchError(context.Canceled))
				return
			}
			l.mu.Lock()
			if l.last != change.Cursor {
				l.changes, l.last = append(l.changes, change.Message.Content.Message), change.Cursor
			}
			l.mu.Unlock()
		}
	}()
	return func() { cancel(); <-done }
}
