package feed_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var errStoreDown = errors.New("the database is down")

// fragile is a store that can be down, and that can be cut off from one replica.
type fragile struct {
	feed.Store

	down     atomic.Bool
	loseSwap atomic.Bool  // Swap works, and its answer is lost
	loseLoad atomic.Bool  // Load fails
	replica  atomic.Value // the key of the replica that uses it, a string
}

func (f *fragile) Load(ctx context.Context, key string) (string, error) {
	if f.down.Load() || f.loseLoad.Load() {
		return "", errStoreDown
	}
	return f.Store.Load(ctx, key)
}

func (f *fragile) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	if f.down.Load() {
		return false, errStoreDown
	}
	if strings.HasPrefix(key, "replica:") && replacement != "" {
		f.replica.Store(key)
	}
	ok, err := f.Store.Swap(ctx, key, old, replacement)
	if f.loseSwap.Load() {
		return false, errStoreDown
	}
	return ok, err
}

// replicaKey returns the key of the replica that uses the store, "none" before there is one.
func (f *fragile) replicaKey() string {
	if key, ok := f.replica.Load().(string); ok {
		return key
	}
	return "none"
}

var _ = Describe("A store", func() {
	ctx := context.Background()

	DescribeTable("replaces a text only if it is the old one",
		func(open func(dir string) feed.Store) {
			store := open(GinkgoT().TempDir())
			Expect(store.Load(ctx, "a")).To(BeEmpty())
			Expect(store.Swap(ctx, "a", "", "1")).To(BeTrue())
			Expect(store.Swap(ctx, "a", "", "2")).To(BeFalse())
			Expect(store.Swap(ctx, "a", "0", "2")).To(BeFalse())
			Expect(store.Load(ctx, "a")).To(Equal("1"))
			Expect(store.Swap(ctx, "a", "1", "2")).To(BeTrue())
			Expect(store.Swap(ctx, "b", "", "x")).To(BeTrue())
			Expect(store.Swap(ctx, "a", "2", "")).To(BeTrue())
			Expect(store.Load(ctx, "a")).To(BeEmpty())
			Expect(store.Swap(ctx, "a", "", "3")).To(BeTrue())

			var won atomic.Int32
			var work sync.WaitGroup
			for n := range 20 {
				work.Go(func() {
					if ok, err := store.Swap(ctx, "a", "3", fmt.Sprint("by ", n)); ok && err == nil {
						won.Add(1)
					}
				})
			}
			work.Wait()
			Expect(won.Load()).To(Equal(int32(1)))
		},
		Entry("in memory", func(string) feed.Store { return &feed.MemoryStore{} }),
		Entry("in a file", func(dir string) feed.Store {
			store, err := feed.OpenFileStore(filepath.Join(dir, "feed"))
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(store.Close)
			return store
		}),
	)

	It("in a file survives a kill in the middle of a write, and does not grow without end", func() {
		path := filepath.Join(GinkgoT().TempDir(), "feed")
		store, err := feed.OpenFileStore(path)
		Expect(err).NotTo(HaveOccurred())
		last := ""
		for n := range 2500 {
			next := fmt.Sprint(n)
			Expect(store.Swap(ctx, "thread", last, next)).To(BeTrue())
			last = next
		}
		Expect(store.Swap(ctx, "replica:x", "", "1")).To(BeTrue())
		Expect(store.Close()).To(Succeed())
		text, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(string(text), "\n")).To(BeNumerically("<", 1100))
		Expect(os.WriteFile(path, append(text, "thread\tcut o"...), 0o600)).To(Succeed())

		store, err = feed.OpenFileStore(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(store.Load(ctx, "thread")).To(Equal("2499"))
		Expect(store.Load(ctx, "replica:x")).To(BeEmpty(), "replicas are gone with their process")
		Expect(store.Close()).To(Succeed())
		Expect(store.Swap(ctx, "thread", "2499", "x")).Error().To(MatchError(os.ErrClosed))
	})

	It("in a file that is open is refused to another one", func() {
		path := filepath.Join(GinkgoT().TempDir(), "feed")
		store, err := feed.OpenFileStore(path)
		Expect(err).NotTo(HaveOccurred())
		_, err = feed.OpenFileStore(path)
		Expect(err).To(MatchError(ContainSubstring("in use")))
		Expect(store.Swap(ctx, "a", "", "1")).To(BeTrue())
		Expect(store.Close()).To(Succeed())
		store, err = feed.OpenFileStore(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(store.Load(ctx, "a")).To(Equal("1"))
		Expect(store.Close()).To(Succeed())
	})

	It("in a file that is another file is refused", func() {
		path := filepath.Join(GinkgoT().TempDir(), "notes")
		Expect(os.WriteFile(path, []byte("dear diary\n"), 0o600)).To(Succeed())
		_, err := feed.OpenFileStore(path)
		Expect(err).To(MatchError(ContainSubstring("not a store")))
		Expect(os.ReadFile(path)).To(BeEquivalentTo("dear diary\n"))
	})

	DescribeTable("ends the range, once and without a report, if it has a text that cannot be read: that of",
		func(all bool, key, text string) {
			inRoom(func(r *room) {
				store := &feed.MemoryStore{}
				if key == "" {
					key = r.thread.ThreadID()
				}
				Expect(store.Swap(ctx, key, "", text)).To(BeTrue())
				options := feed.Options{Store: store, From: feed.Now}
				w := r.watch(&options)
				if all {
					w.stop()
					<-w.done
					w = r.watchAll(options)
				}
				Expect(w.ended()).To(MatchError(And(ContainSubstring("cannot read"), ContainSubstring("%q", key))))
				Expect(w.changes).To(BeEmpty())
				Expect(w.reported()).To(BeEmpty())
				Expect(store.Load(ctx, key)).To(Equal(text))
			})
		},
		Entry("a later version", false, "", "2 - 7 - -"),
		Entry("a cursor of a later version", false, "", "1 - 7 2AAAA -"),
		Entry("a change in hand of another thread", false, "", "1 - 7 - "+string(feed.WriteCursor("19:other@thread.v2", 1))),
		Entry("a thread among all", true, "", "x"),
		Entry("the start of all threads", true, "start", "x"),
	)

	DescribeTable("ends the range if it is closed",
		func(watch func(r *room, options feed.Options) *watcher) {
			inRoom(func(r *room) {
				store, err := feed.OpenFileStore(filepath.Join(GinkgoT().TempDir(), "feed"))
				Expect(err).NotTo(HaveOccurred())
				w := watch(r, feed.Options{Store: store, From: feed.Now})
				w.after(time.Minute)
				Expect(store.Close()).To(Succeed())
				Expect(w.ended()).To(MatchError(os.ErrClosed))
				Expect(w.reported()).To(BeEmpty())
				Expect(watch(r, feed.Options{Store: store, From: feed.Now}).ended()).To(MatchError(os.ErrClosed))
			})
		},
		Entry("of a thread", func(r *room, options feed.Options) *watcher { return r.watch(&options) }),
		Entry("of all threads", (*room).watchAll),
	)

	It("in a file whose directory is gone for a while fails meanwhile, and goes on where it was", func() {
		dir := filepath.Join(GinkgoT().TempDir(), "there")
		Expect(os.Mkdir(dir, 0o700)).To(Succeed())
		path := filepath.Join(dir, "feed")
		store, err := feed.OpenFileStore(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(feed.CloseFile(store)).To(Succeed())
		Expect(os.Rename(dir, dir+" no more")).To(Succeed())
		Expect(store.Swap(ctx, "a", "", "1")).Error().To(MatchError(os.ErrNotExist))
		Expect(store.Load(ctx, "a")).To(BeEmpty())
		Expect(os.Rename(dir+" no more", dir)).To(Succeed())
		Expect(store.Swap(ctx, "a", "", "1")).To(BeTrue())
		Expect(store.Close()).To(Succeed())
		store, err = feed.OpenFileStore(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(store.Load(ctx, "a")).To(Equal("1"))
		Expect(store.Close()).To(Succeed())
	})

	It("lets a later range continue, and yields the change in hand again with the same cursor", func() {
		inRoom(func(r *room) {
			options := &feed.Options{Store: &feed.MemoryStore{}}
			r.send("one")
			r.send("two")
			var first []feed.Change
			for change, err := range feed.Watch(ctx, r.thread, options) {
				Expect(err).NotTo(HaveOccurred())
				if first = append(first, change); len(first) == 3 {
					break
				}
			}
			w := r.watch(options)
			w.after(time.Minute)
			second := w.end()
			Expect(texts(second)).To(Equal([]string{"one", "two"}))
			Expect(second[0]).To(Equal(first[2]))
			r.send("three")
			w = r.watch(options)
			Expect(w.after(time.Minute)).To(Equal([]string{"three"}))
			w.end()
		})
	})

	It("keeps the cursor of the change in hand even if a late message would come first", func() {
		inRoom(func(r *room) {
			late := r.late()
			options := &feed.Options{Store: &feed.MemoryStore{}, From: feed.Now}
			w := r.watch(options)
			w.after(time.Second)
			w.end()
			late.hide(r.send("slow"), 5*time.Second)
			time.Sleep(time.Second)
			r.send("quick")
			var hand feed.Change
			for change, err := range feed.Watch(ctx, r.thread, options) {
				Expect(err).NotTo(HaveOccurred())
				hand = change
				break
			}
			Expect(texts([]feed.Change{hand})).To(Equal([]string{"quick"}))
			time.Sleep(10 * time.Second)
			w = r.watch(options)
			w.after(time.Minute)
			changes := w.end()
			Expect(texts(changes)).To(Equal([]string{"quick", "slow"}))
			Expect(changes[0]).To(Equal(hand))
		})
	})

	It("keeps the cursor of new metadata that was in hand", func() {
		inRoom(func(r *room) {
			options := &feed.Options{Store: &feed.MemoryStore{}}
			Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"team": "x"}})).To(Succeed())
			var hand feed.Change
			for change, err := range feed.Watch(ctx, r.thread, options) {
				Expect(err).NotTo(HaveOccurred())
				if hand = change; hand.Message == nil {
					break
				}
			}
			r.send("later")
			w := r.watch(options)
			w.after(time.Minute)
			changes := w.end()
			Expect(texts(changes)).To(Equal([]string{"properties: map[team:x] none", "later"}))
			Expect(changes[0].Cursor).To(Equal(hand.Cursor))
		})
	})

	It("drops the change in hand if its version was replaced", func() {
		inRoom(func(r *room) {
			options := &feed.Options{Store: &feed.MemoryStore{}, From: feed.Now}
			w := r.watch(options)
			w.after(time.Second)
			w.end()
			id := r.send("draft")
			for change, err := range feed.Watch(ctx, r.thread, options) {
				Expect(err).NotTo(HaveOccurred())
				Expect(change.Message.ID).To(Equal(id))
				break
			}
			r.edit(id, "final")
			w = r.watch(options)
			Expect(w.after(time.Minute)).To(Equal([]string{"edited: final"}))
			w.end()
		})
	})

	It("has what was delivered of a long read while its next page is read again", func() {
		inRoom(func(r *room) {
			const messages = 2300
			for n := range messages {
				r.send(fmt.Sprint(n))
			}
			store := &feed.MemoryStore{}
			options := &feed.Options{Store: store, Share: 1}
			r.service.Fail(chattest.ListChatMessages, chattest.Fault{Nth: messages/200 + 2, Delay: time.Hour}) // the first on the way up
			w := r.watch(options)
			w.after(time.Minute)
			w.stop()
			<-w.done
			Expect(w.changes).NotTo(BeEmpty())
			Expect(len(w.changes)).To(BeNumerically("<", messages))
			first := w.changes
			w = r.watch(options)
			Expect(w.after(time.Minute)).To(HaveLen(messages + 2 - len(first)))
			w.end()
		})
	})
})
