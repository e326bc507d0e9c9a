package feed_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
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

	It("do not take a pause that they share for a death", func() {
		inRoom(func(r *room) {
			shared := &feed.MemoryStore{}
			stores := [2]*suspended{{Store: shared}, {Store: shared}}
			first := r.watch(&feed.Options{Store: stores[0], From: feed.Now})
			first.after(time.Second)
			reads := owner(shared, r.thread.ThreadID())
			second := r.watch(&feed.Options{Store: stores[1], From: feed.Now})
			second.after(time.Minute)
			for range 3 {
				stores[0].suspend(31 * time.Second)
				stores[1].suspend(30 * time.Second)
				second.after(time.Minute)
			}
			Expect(owner(shared, r.thread.ThreadID())).To(Equal(reads))
			r.send("one")
			Expect(first.after(time.Minute)).To(Equal([]string{"one"}))
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

	It("keep their threads if the outcome of a Swap is not known for a while", func() {
		inRoom(func(r *room) {
			store := &fragile{Store: &feed.MemoryStore{}}
			first := r.watch(&feed.Options{Store: store, From: feed.Now})
			first.after(time.Second)
			reads := owner(store.Store, r.thread.ThreadID())
			second := r.watch(&feed.Options{Store: store.Store, From: feed.Now})
			second.after(time.Minute)
			store.loseSwap.Store(true)
			store.loseLoad.Store(true)
			time.Sleep(2 * time.Second)
			r.send("one")
			time.Sleep(2 * time.Second)
			store.loseSwap.Store(false)
			store.loseLoad.Store(false)
			r.send("two")
			Expect(first.after(time.Minute)).To(Equal([]string{"one", "two"}))
			Expect(second.after(0)).To(BeEmpty())
			Expect(owner(store.Store, r.thread.ThreadID())).To(Equal(reads))
			first.end()
			second.end()
		})
	})

	It("leave nothing in the store, also if one dies that has read no thread", func() {
		inRoom(func(r *room) {
			shared := &feed.MemoryStore{}
			dying := &fragile{Store: shared}
			first := r.watch(&feed.Options{Store: shared, From: feed.Now})
			first.after(time.Second)
			second := r.watch(&feed.Options{Store: dying, From: feed.Now})
			second.after(time.Minute)
			dying.down.Store(true)
			second.stop()
			<-second.done
			Expect(shared.Load(context.Background(), dying.replicaKey())).NotTo(BeEmpty())
			first.after(10 * time.Second)
			Expect(shared.Load(context.Background(), dying.replicaKey())).To(BeEmpty())
			first.end()
			Expect(shared.Load(context.Background(), "replicas")).To(BeEmpty())
		})
	})

	It("divide the limits that the service counts per user", func() {
		inRoomOf(&chattest.Options{EnforceLimits: true}, func(r *room) {
			for n := range 60 {
				_, err := r.bobs.Client().CreateThread(context.Background(), fmt.Sprint(n), &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: r.ana}}})
				Expect(err).NotTo(HaveOccurred())
				time.Sleep(10 * time.Second)
			}
			before := len(r.service.Requests())
			ctx, cancel := context.WithCancel(context.Background())
			var work sync.WaitGroup
			store := &feed.MemoryStore{}
			replicas := [3]propertyReads{}
			for i := range replicas {
				options := r.service.ClientOptions()
				options.Limiter = &replicas[i]
				client, err := chat.NewClient(r.service.Endpoint(), r.service.Credential(r.ana), options)
				Expect(err).NotTo(HaveOccurred())
				defer func() { Expect(client.Close()).To(Succeed()) }()
				work.Go(func() {
					defer GinkgoRecover()
					for _, err := range feed.WatchAll(ctx, client, &feed.Options{Store: store, Share: 1, MaxInterval: time.Second, CallsPerMinute: 6000}) {
						if err != nil {
							Expect(err).To(MatchError(context.Canceled))
						}
					}
				})
			}
			time.Sleep(time.Minute)
			cancel()
			work.Wait()
			for _, request := range r.service.Requests()[before:] {
				Expect(request.Status).To(Equal(http.StatusOK))
			}
			total := 0
			for i := range replicas {
				times := replicas[i].times
				total += len(times)
				const third = 600 * time.Millisecond // 50 calls are allowed in ten seconds
				for i := 10; i < len(times); i++ {   // the first ones, before it has seen the others, are faster
					Expect(times[i].Sub(times[i-1])).To(BeNumerically(">=", third))
				}
			}
			Expect(total).To(BeNumerically(">", 50))
		})
	})

	It("are not slower with a channel of events that reach another replica", func() {
		inRoom(func(r *room) {
			shared := &feed.MemoryStore{}
			first := r.watch(&feed.Options{Store: shared, From: feed.Now, Events: make(chan events.Event)})
			first.after(time.Second)
			second := r.watch(&feed.Options{Store: shared, From: feed.Now, Events: make(chan events.Event)})
			second.after(time.Hour)
			r.send("one")
			first.after(61 * time.Second)
			r.send("two")
			Expect(first.after(10 * time.Second)).To(Equal([]string{"one", "two"}))
			first.end()
			second.end()
		})
	})
})

// suspended is a store as a process sees it that is suspended now and then: no call ends meanwhile.
type suspended struct {
	feed.Store

	mu    sync.Mutex // guards until
	until time.Time
}

func (s *suspended) suspend(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = time.Now().Add(d)
}

func (s *suspended) wait() {
	s.mu.Lock()
	until := s.until
	s.mu.Unlock()
	time.Sleep(time.Until(until))
}

// Load implements [feed.Store].
func (s *suspended) Load(ctx context.Context, key string) (string, error) {
	s.wait()
	return s.Store.Load(ctx, key)
}

// Swap implements [feed.Store].
func (s *suspended) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	s.wait()
	return s.Store.Swap(ctx, key, old, replacement)
}

// propertyReads records when a client reads the properties of a thread, and limits nothing.
type propertyReads struct {
	mu    sync.Mutex
	times []time.Time
}

func (p *propertyReads) Wait(_ context.Context, request chat.LimitedRequest) (func(int, time.Duration), error) {
	if request.Operation == string(chattest.GetChatThreadProperties) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.times = append(p.times, time.Now())
	}
	return func(int, time.Duration) {}, nil
}
