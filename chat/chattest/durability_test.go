package chattest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A reply of a service with a file", func() {
	It("is never sent before the write is on disk", func() {
		path := filepath.Join(GinkgoT().TempDir(), "chat.db")
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			time.Sleep(time.Until(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)))
			s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(s.Close()).To(Succeed()) }()
			Expect(s.IsSynced()).To(BeTrue())
			everybody := newPeople(s, 8)
			thread := everybody[0].thread("Held", everybody...)
			id := strings.TrimPrefix(thread, "/chat/threads/")

			release := make(chan struct{})
			s.BeforeCommit(func() { <-release })
			answers := make(chan answer, len(everybody))
			for _, p := range everybody {
				go func() {
					defer GinkgoRecover()
					answers <- p.post(thread+"/messages", `{"content":"kept"}`)
				}()
			}
			synctest.Wait() // everybody waits for the commit now
			Expect(answers).To(BeEmpty())
			Expect(textsIn(path, id)).To(BeEmpty())
			Expect(s.Texts(id)).To(BeEmpty())

			release <- struct{}{} // for the first writer, whom the others have not joined any more
			synctest.Wait()
			Expect(answers).To(HaveLen(1))
			Expect(textsIn(path, id)).To(HaveLen(1))

			close(release)
			for range everybody {
				(<-answers).must(201)
			}
			Expect(textsIn(path, id)).To(HaveLen(len(everybody)))
		})
	})
})

// textsIn reads the texts of a thread as they are in a file at this moment.
func textsIn(path, threadID string) []string {
	GinkgoHelper()
	data, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	path += fmt.Sprintf(".%d", rand.Int())
	Expect(os.WriteFile(path, data, 0o600)).To(Succeed())
	s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(s.Close()).To(Succeed()) }()
	return s.Texts(threadID)
}

var _ = Describe("A damaged file", func() {
	It("is refused in one line, wherever the damage is, and affects nothing else", func() {
		path := filepath.Join(GinkgoT().TempDir(), "chat.db")
		s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		ana := newPerson(s)
		thread := ana.thread("Damaged")
		for range 40 {
			ana.send(thread, strings.Repeat("x", 500))
		}
		used := s.Used()
		Expect(s.Close()).To(Succeed())
		whole, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		whole = whole[:used]

		tried, refused := 0, 0
		spoil := func(change func(data []byte) []byte) {
			tried++
			path := fmt.Sprintf("%s.%d", path, tried)
			Expect(os.WriteFile(path, change(append([]byte(nil), whole...)), 0o600)).To(Succeed())
			s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
			Expect(os.Remove(path)).To(Succeed())
			if err == nil { // the page was not in use
				Expect(s.Close()).To(Succeed())
				return
			}
			refused++
			Expect(err).To(MatchError(chattest.ErrDamaged))
			Expect(err).To(MatchError(And(HavePrefix("chattest: open "+path+": "), Not(Or(ContainSubstring("\n"), ContainSubstring("runtime"))))))
		}
		pages := len(whole) / os.Getpagesize()
		for page := 2; page < pages; page++ { // the first two are two copies of one
			for _, offset := range []int{8, 10, 16, 24} { // kind, number of entries, and what the first ones are
				spoil(func(data []byte) []byte {
					for i := range 4 {
						data[page*os.Getpagesize()+offset+i] ^= 0xff
					}
					return data
				})
			}
		}
		Expect(refused).To(BeNumerically(">", tried/2))
		tried, refused = 0, 0
		for page := 1; page < pages; page++ {
			spoil(func(data []byte) []byte { return data[:page*os.Getpagesize()] })
		}
		Expect(refused).To(Equal(tried), "cut short")
	})
})
