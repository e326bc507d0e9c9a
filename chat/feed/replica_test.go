package feed_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("Replicas", func() {
	It("share the work: one reads a thread, and the others take it over when it ends", func() {
		inRoom(func(r *room) {
			options := &feed.Options{Store: &feed.MemoryStore{}, From: feed.Now}
			first := r.watch(options)
			first.after(time.Second)
			second, third := r.watch(options), r.watch(options)
			r.send("one")
			Expect(first.after(time.Minute)).To(Equal([]string{"one"}))
			Expect(append(second.after(0), third.after(0)...)).To(BeEmpty())
			first.end()
			r.send("two")
			time.Sleep(3 * time.Second)
			Expect(append(second.after(0), third.after(0)...)).To(Equal([]string{"two"}))
			second.end()
			third.end()
		})
	})

	It("take over a thread within ten seconds after a replica has died, without a clock in common", func() {
		inRoom(func(r *room) {
			shared := &feed.MemoryStore{}
			dying := &fragile{Store: shared}
			first := r.watch(&feed.Options{Store: dying, From: feed.Now})
			first.after(time.Second)
			second := r.watch(&feed.Options{Store: shared, From: feed.Now})
			second.after(time.Minute)
			dying.down.Store(true) // it cannot even say goodbye
			first.stop()
			<-first.done
			died := time.Now()
			r.send("taken over")
			for len(second.after(100*time.Millisecond)) == 0 {
				Expect(time.Since(died)).To(BeNumerically("<", 10*time.Second))
			}
			Expect(time.Since(died)).To(BeNumerically(">", 4*time.Second))
			second.end()
		})
	})

	It("are fenced: one that was paused yields nothing more once another has the thread", func() {
		inRoom(func(r *room) {
			shared := &feed.MemoryStore{}
			pausing := &fragile{Store: shared}
			first := r.watch(&feed.Options{Store: pausing, From: feed.Now})
			first.after(time.Second)
			second := r.watch(&feed.Options{Store: shared, From: feed.Now})
			second.after(time.Minute)
			pausing.down.Store(true)
			time.Sleep(30 * time.Second)
			r.send("one")
			r.send("two")
			Expect(second.after(time.Minute)).To(Equal([]string{"one", "two"}))
			pausing.down.Store(false)
			r.send("three")
			Expect(second.after(time.Minute)).To(Equal([]string{"one", "two", "three"}))
			Expect(first.after(0)).To(BeEmpty())
			second.end()
			r.send("four")
			Expect(first.after(time.Minute)).To(Equal([]string{"four"}))
			Expect(first.reported()).To(ContainElement(MatchError(errStoreDown)))
			first.end()
		})
	})

	It("keep a thread in an outage of the store, and yield nothing in it", func() {
		inRoom(func(r *room) {
			store := &fragile{Store: &feed.MemoryStore{}}
			options := &feed.Options{Store: store, From: feed.Now}
			first := r.watch(options)
			first.after(time.Second)
			second := r.watch(options)
			second.after(time.Minute)
			store.down.Store(true)
			r.send("waiting")
			Expect(first.after(10 * time.Minute)).To(BeEmpty())
			store.down.Store(false)
			Expect(first.after(time.Minute)).To(Equal([]string{"waiting"}))
			Expect(second.after(0)).To(BeEmpty())
			first.end()
			second.end()
		})
	})

	It("find out whether a Swap whose answer was lost has happened", func() {
		inRoom(func(r *room) {
			store := &fragile{Store: &feed.MemoryStore{}}
			store.loseSwap.Store(true)
			w := r.watch(&feed.Options{Store: store})
			r.send("one")
			Expect(w.after(time.Minute)).To(Equal([]string{"added 2", "topic: Plans", "one"}))
			w.end()
		})
	})
})
