package chattest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A service with a file", func() {
	var path string
	BeforeEach(func() { path = filepath.Join(GinkgoT().TempDir(), "chat.db") })
	open := func() *chattest.Service {
		GinkgoHelper()
		s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		return s
	}

	It("keeps users, tokens, threads, the resource and its key when it is closed", func() {
		s := open()
		ana := newPerson(s)
		thread := ana.thread("Kept")
		id := ana.send(thread, "kept")
		lists := []string{ana.mustGet("/chat/threads").Body, ana.mustGet(thread + "/messages").Body}
		before := s.ConnectionString()
		Expect(s.Close()).To(Succeed())

		s = open()
		ana.service = s
		Expect([]string{ana.mustGet("/chat/threads").Body, ana.mustGet(thread + "/messages").Body}).To(Equal(lists))
		Expect(ana.mustGet(thread + "/messages/" + id).Body).To(ContainSubstring("kept"))
		Expect(s.ConnectionString()).To(Equal(before))
		Expect(resourceOf(s.NewUser().ID)).To(Equal(resourceOf(ana.ID)))
		Expect(number(ana.send(thread, "next"))).To(BeNumerically(">", number(id)))
	})

	It("can be opened by one service at a time", func() {
		first := open()
		_, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).To(MatchError(chattest.ErrInUse))
		Expect(err).To(MatchError("chattest: open " + path + ": in use by another process or service; end that one, or use another file"))
		Expect(first.Close()).To(Succeed())
		open()
	})

	DescribeTable("refuses a damaged or unknown file, reports the fix, and does not change it",
		func(spoil func(path string), reason string) {
			s := open()
			ana := newPerson(s)
			thread := ana.thread("x")
			for range 50 {
				ana.send(thread, strings.Repeat("x", 1000))
			}
			Expect(s.Close()).To(Succeed())
			spoil(path)
			spoilt, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			for range 2 { // none of these locks the file for good
				_, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
				Expect(err).To(MatchError(chattest.ErrDamaged))
				Expect(err).To(MatchError("chattest: open " + path + ": damaged, or not a data file of a service: " + reason +
					"; restore a copy of it, or move it away to start with a new one"))
			}
			Expect(os.ReadFile(path)).To(Equal(spoilt))
		},
		Entry("a text", func(path string) {
			Expect(os.WriteFile(path, []byte(strings.Repeat("no database\n", 9999)), 0o600)).To(Succeed())
		}, "invalid database"),
		Entry("a file cut within its first page", func(path string) { Expect(os.Truncate(path, 100)).To(Succeed()) }, "invalid database"),
		Entry("a file cut to its first page", func(path string) { Expect(os.Truncate(path, pageSize)).To(Succeed()) },
			fmt.Sprintf("file size too small %d", pageSize)),
		Entry("a file cut to its first two pages", func(path string) { Expect(os.Truncate(path, 2*pageSize)).To(Succeed()) }, "its end is missing"),
		Entry("a file without its last byte in use", func(path string) {
			s := open()
			used := s.Used()
			Expect(s.Close()).To(Succeed())
			Expect(os.Truncate(path, used-1)).To(Succeed())
		}, "its end is missing"),
		Entry("a file overwritten with zeros inside", func(path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			Expect(err).NotTo(HaveOccurred())
			_, err = f.WriteAt(make([]byte, 20*pageSize), 2*pageSize)
			Expect(errors.Join(err, f.Close())).To(Succeed())
		}, "parts of it are missing or overwritten"),
		Entry("a file of another program", func(path string) { foreign(path, "theirs") }, "it belongs to another program"),
		Entry("another program's with a bucket of the same name", func(path string) { foreign(path, "meta") }, "it belongs to another program"),
		Entry("a file of another format", func(path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("99")) })).To(Succeed())
			Expect(db.Close()).To(Succeed())
		}, "it has format 99, not 1"),
	)

	Describe("with any flipped bit in its structure", func() {
		// content is what a service holds, but for texts, in which a flipped bit goes unnoticed.
		content := func(s *chattest.Service) (all []string) {
			for _, user := range s.Users() {
				all = append(all, user.ID)
			}
			for _, thread := range s.Threads() {
				all = append(all, thread.ID, thread.Topic, fmt.Sprint(len(s.Participants(thread.ID)), len(s.Receipts(thread.ID)), len(s.Messages(thread.ID))))
			}
			return all
		}

		It("is refused or works as before: no request crashes, hangs or loses data", func() {
			s := open()
			ana := newPerson(s)
			for i := range 3 {
				thread := ana.thread(fmt.Sprint(i), newPeople(s, 5)...)
				for range 60 {
					ana.send(thread, strings.Repeat("x", 200))
				}
				ana.send(thread, strings.Repeat("y", 10_000))
			}
			before, used := content(s), s.Used()
			Expect(s.Close()).To(Succeed())
			whole, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			whole = whole[:used]
			refused, flipped := 0, 0
			random := rand.New(rand.NewPCG(1, 2))
			for page := range len(whole) / int(pageSize) {
				for range 3 {
					bit := random.IntN(8 * (16 + 16)) // of the header of a page or of its first element
					if page < 2 {
						bit = random.IntN(8 * (16 + 64)) // of a meta
					}
					spoilt := slices.Clone(whole)
					spoilt[page*int(pageSize)+bit/8] ^= 1 << (bit % 8)
					Expect(os.WriteFile(path, spoilt, 0o600)).To(Succeed())
					flipped++
					s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
					if err != nil {
						Expect(err).To(MatchError(chattest.ErrDamaged))
						refused++
						continue
					}
					Expect(content(s)).To(Equal(before), "page %d, bit %d", page, bit)
					Expect(s.Close()).To(Succeed())
				}
			}
			Expect(refused).To(BeNumerically(">", flipped/4))
		})
	})

	DescribeTable("is refused if a record is malformed",
		func(bucket, key, value string) {
			s := open()
			ana := newPerson(s)
			ana.send(ana.thread("x"), "x")
			Expect(s.Close()).To(Succeed())
			db, err := bbolt.Open(path, 0o600, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(db.Update(func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				k := []byte(key)
				if key == "" {
					k, _ = b.Cursor().First()
				}
				return b.Put(k, []byte(value))
			})).To(Succeed())
			Expect(db.Close()).To(Succeed())
			_, err = chattest.Open(api.Watch(&chattest.Options{Path: path}))
			Expect(err).To(MatchError(chattest.ErrDamaged))
		},
		Entry("a signing key", "meta", "signing-key", "none"),
		Entry("a resource", "meta", "resource", "none"),
		Entry("a node", "meta", "node", "0"),
		Entry("a user", "users", "", "1234567"),
		Entry("a thread", "threads", "", "12345678"),
		Entry("a membership", "memberships", "", "1234"),
		Entry("a message", "messages", "", `{"id":"x"}`),
		Entry("a participant", "participants", "", `{`),
		Entry("what participants may read", "members", "", "12345678"),
	)

	It("makes requests fail if it is damaged while it is open, and does not crash", func() {
		s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		ana := newPerson(s)
		thread := ana.thread("x")
		for range 200 {
			ana.send(thread, strings.Repeat("x", 1000))
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		Expect(err).NotTo(HaveOccurred())
		garbage := make([]byte, pageSize)
		for i := range garbage {
			garbage[i] = byte(i*7 + 3)
		}
		for page := int64(2); page < s.Used()/pageSize; page++ {
			_, err = f.WriteAt(garbage, page*pageSize)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(f.Close()).To(Succeed())
		ana.get(thread + "/messages").must(500)
		ana.post(thread+"/messages", `{"content":"x"}`).must(500)
		Expect(lastReason(s)).To(BeEmpty())
		Expect(s.Close()).To(MatchError(chattest.ErrDamaged))
	})

	It("does not report a file as damaged that it can't read", func() {
		Expect(os.Mkdir(path, 0o700)).To(Succeed())
		_, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).To(MatchError("chattest: open " + path + ": is a directory"))
		Expect(err).NotTo(Or(MatchError(chattest.ErrDamaged), MatchError(chattest.ErrInUse)))
	})
})

var pageSize = int64(os.Getpagesize())

// foreign puts a database of another program, with one bucket, in place of a file.
func foreign(path, bucket string) {
	GinkgoHelper()
	Expect(os.Remove(path)).To(Succeed())
	db, err := bbolt.Open(path, 0o600, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte(bucket)); return err })).To(Succeed())
	Expect(db.Close()).To(Succeed())
}

var _ = Describe("A service without a file", func() {
	It("leaves no file behind", func() {
		s, err := chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		s.NewUser()
		path := s.Path()
		Expect(filepath.Base(path)).To(HavePrefix("chattest-"))
		Expect(s.Close()).To(Succeed())
		Expect(s.Close()).To(Succeed())
		Expect(path).NotTo(BeAnExistingFile())
	})
})

var _ = Describe("Writers", func() {
	var s *chattest.Service
	BeforeEach(func() {
		var err error
		s, err = chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
	})

	// together has writers wait for one commit, behind one of another writer's, and returns what became of them.
	together := func(ctx SpecContext, writers ...func() error) []error {
		GinkgoHelper()
		release, err := s.HoldCommits()
		Expect(err).NotTo(HaveOccurred())
		done := make(chan error, len(writers)+1)
		go func() { done <- s.Keep("leader", func() error { return nil }) }()
		Eventually(ctx, s.Committing).Should(BeTrue())
		outcomes := make([]error, len(writers))
		for i, write := range writers {
			go func() {
				outcomes[i] = write()
				done <- nil
			}()
		}
		Eventually(ctx, s.WaitingWriters).Should(Equal(len(writers)))
		Expect(done).NotTo(Receive(), "no request is answered before the commit")
		release()
		for range len(writers) + 1 {
			Eventually(ctx, done).Should(Receive(BeNil()))
		}
		return outcomes
	}
	fine := func() error { return nil }

	It("share a commit while they wait, and are answered after it", func(ctx SpecContext) {
		before := s.Commits()
		var writers []func() error
		for i := range 64 {
			writers = append(writers, func() error { return s.Keep(fmt.Sprint(i), fine) })
		}
		Expect(together(ctx, writers...)).To(HaveEach(BeNil()))
		Expect(s.Commits() - before).To(Equal(2))
		for i := range 64 {
			Expect(s.Kept(fmt.Sprint(i))).To(BeTrue())
		}
	}, SpecTimeout(10*time.Second))

	It("commit at once if no other writer waits", func() {
		before := s.Commits()
		for i := range 3 {
			Expect(s.Keep(fmt.Sprint(i), fine)).To(Succeed())
		}
		Expect(s.Commits() - before).To(Equal(3))
	})

	It("are not affected by a refused write", func(ctx SpecContext) {
		outcomes := together(ctx, func() error { return s.Keep("a", fine) }, s.Refuse, func() error { return s.Keep("b", fine) })
		Expect(outcomes).To(HaveExactElements(BeNil(), MatchError("400 BadRequest"), BeNil()))
		Expect(s.Kept("a") && s.Kept("b")).To(BeTrue())
	}, SpecTimeout(10*time.Second))

	DescribeTable("all get the error if one fails, and nothing of that commit is kept",
		func(ctx SpecContext, fail func() error, message string) {
			outcomes := together(ctx,
				func() error { return s.Keep("a", fine) }, func() error { return s.Keep("b", fail) }, func() error { return s.Keep("c", fine) })
			Expect(outcomes).To(HaveEach(MatchError(message)))
			Expect(s.Kept("a") || s.Kept("b") || s.Kept("c")).To(BeFalse())
			Expect(s.Kept("leader")).To(BeTrue())
			Expect(s.Keep("next", fine)).To(Succeed())
		},
		Entry("with an error", func() error { return errors.New("disk on fire") }, "disk on fire", SpecTimeout(10*time.Second)),
		Entry("with a panic", func() error { panic("bug") }, "write: panic: bug", SpecTimeout(10*time.Second)),
	)

	It("number the messages of a thread without gaps, even concurrently", func() {
		everybody := newPeople(s, 16)
		thread := everybody[0].thread("Crowd", everybody...)
		var wg sync.WaitGroup
		for _, p := range everybody {
			wg.Go(func() {
				defer GinkgoRecover()
				for range 10 {
					id := p.send(thread, "x")
					Expect(field(p.mustGet(thread+"/messages/"+id).Body, "id")).To(Equal(id))
				}
			})
		}
		wg.Wait()
		messages := items(everybody[0].mustGet(thread + "/messages?maxPageSize=200").Body)
		var expected []string
		for i := range 162 {
			expected = append(expected, strconv.Itoa(162-i))
		}
		Expect(fields(messages, "sequenceId")).To(Equal(expected))
		ids := fields(messages, "id")
		Expect(slices.IsSortedFunc(ids, func(a, b string) int { return int(number(b) - number(a)) })).To(BeTrue())
		Expect(slices.Compact(slices.Clone(ids))).To(HaveLen(162))
	})

	It("create one thread if they repeat a create concurrently", func() {
		ana := newPerson(s)
		bodies := make([]string, 8)
		var wg sync.WaitGroup
		for i := range bodies {
			wg.Go(func() {
				defer GinkgoRecover()
				bodies[i] = ana.do("POST", "/chat/threads", `{"topic":"x"}`, "Repeatability-Request-Id", "key").must(201).Body
			})
		}
		wg.Wait()
		Expect(bodies).To(HaveEach(bodies[0]))
		Expect(items(ana.mustGet("/chat/threads").Body)).To(HaveLen(1))
	})
})

func resourceOf(user string) string {
	resource, _, _ := strings.Cut(user, "_")
	return resource
}
