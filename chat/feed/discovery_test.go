package feed_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// listed is a service of canned threads whose list is chosen by the test. It counts calls.
type listed struct {
	*canned

	list func(token string) (threads []int, next string)

	mu         sync.Mutex // guards what follows
	lists      []string   // the tokens
	properties map[string]int
}

// Do implements policy.Transporter.
func (l *listed) Do(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id, isThread := strings.CutPrefix(req.URL.Path, "/chat/threads/")
	switch {
	case isThread && !strings.Contains(id, "/"):
		l.properties[id]++
	case !isThread:
		token := req.URL.Query().Get("syncState")
		l.lists = append(l.lists, token)
		threads, next := l.list(token)
		items := make([]string, len(threads))
		for i, n := range threads {
			items[i] = fmt.Sprintf(`{"id":%q,"topic":"Builds","lastMessageReceivedOn":"2025-11-03T09:16:04Z"}`, l.threadID(n))
		}
		if next != "" {
			next = `,"nextLink":"` + next + `"`
		}
		return answerWith(req, `{"value":[`+strings.Join(items, ",")+`]`+next+`}`), nil
	}
	return l.canned.Do(req)
}

// link is the link to the page of a token.
func link(token string) string {
	return "https://contoso.test/chat/threads?syncState=" + token + "&api-version=2025-03-15"
}

// watch ranges over all threads for a time.
func (l *listed) watch(d time.Duration, options *feed.Options) (changes int) {
	GinkgoHelper()
	client, err := clientOf(l)
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for _, err := range feed.WatchAll(ctx, client, options) {
		if err != nil {
			Expect(err).To(MatchError(context.DeadlineExceeded))
			continue
		}
		changes++
	}
	synctest.Wait()
	return changes
}

var _ = Describe("The list of threads", func() {
	newListed := func(list func(token string) ([]int, string)) *listed {
		return &listed{canned: newCanned(0, 1), list: list, properties: map[string]int{}}
	}

	It("goes on after an empty page, also when it has been read to the end before", func() {
		bubble(func() {
			began := time.Now()
			service := newListed(func(token string) ([]int, string) {
				switch {
				case token == "":
					return nil, link("2")
				case time.Since(began) < time.Minute:
					return []int{1}, ""
				}
				return []int{1, 2}, ""
			})
			Expect(service.watch(2*time.Minute, nil)).To(Equal(2))
		})
	})

	DescribeTable("that does not end is left, and the threads are read",
		func(list func(token string) ([]int, string)) {
			bubble(func() {
				service := newListed(list)
				var reported []error
				options := &feed.Options{OnError: func(_ string, err error) { reported = append(reported, err) }, MaxInterval: time.Minute}
				Expect(service.watch(30*time.Minute, options)).To(Equal(1))
				Expect(len(reported)).To(BeNumerically("<", 400), "it is reported once a list")
				Expect(reported).NotTo(BeEmpty())
				Expect(service.properties[service.threadID(1)]).To(BeNumerically(">=", 5), "in thirty minutes, at an interval of five")
			})
		},
		Entry("a link to itself", func(string) ([]int, string) { return []int{1}, link("x") }),
		Entry("a circle of three", func(token string) ([]int, string) {
			return []int{1}, link(map[string]string{"": "a", "a": "b", "b": "c", "c": "a"}[token])
		}),
		Entry("empty pages without end", func(token string) ([]int, string) {
			if token == "" {
				return []int{1}, link("x")
			}
			return nil, link(token + "x")
		}),
		Entry("a link of another listing", func(string) ([]int, string) {
			return []int{1}, "https://contoso.test/chat/threads/x/messages?syncState=1"
		}),
	)

	It("is read at its interval although events of other users' threads arrive all the time", func() {
		inRoom(func(r *room) {
			channel := make(chan events.Event)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			done := make(chan struct{})
			go func() {
				defer close(done)
				for _, err := range feed.WatchAll(ctx, r.thread.Client(), &feed.Options{Events: channel}) {
					if err != nil {
						return
					}
				}
			}()
			announce := func(threadID string) {
				channel <- events.MessageReceived{Header: events.Header{ThreadID: threadID, Version: "1767225600000"}}
				time.Sleep(100 * time.Millisecond)
			}
			lists := func() int { return len(r.service.Requests(chattest.ListChatThreads)) }
			time.Sleep(time.Minute)
			before := lists()
			for n := range 6000 { // in ten minutes
				announce(fmt.Sprintf("19:foreign%d@thread.v2", n%50))
			}
			Expect(lists()-before).To(BeNumerically("<=", 14), "once a minute, and when they are new")
			before = lists()
			for n := range 6000 {
				announce(fmt.Sprintf("19:new%d@thread.v2", n))
			}
			Expect(lists() - before).To(BeNumerically("~", 120, 6))
			cancel()
			<-done
		})
	})

	It("is read at once when the user may have been added to a thread that events had named before", func() {
		inRoom(func(r *room) {
			ctx := context.Background()
			created, err := r.bobs.Client().CreateThread(ctx, "Later", nil)
			Expect(err).NotTo(HaveOccurred())
			later := r.bobs.Client().ThreadClient(created.Thread.ID)
			channel := make(chan events.Event)
			ranged, cancel := context.WithCancel(ctx)
			done := make(chan struct{})
			var found []string
			go func() {
				defer close(done)
				for change, err := range feed.WatchAll(ranged, r.thread.Client(), &feed.Options{Events: channel, From: feed.Now}) {
					if err == nil {
						found = append(found, change.EventHeader().ThreadID)
					}
				}
			}()
			time.Sleep(10 * time.Minute)
			channel <- events.MessageReceived{Header: events.Header{ThreadID: created.Thread.ID, Version: "1767225600000"}}
			time.Sleep(10*time.Minute + 20*time.Second)
			Expect(later.AddParticipants(ctx, []chat.Participant{{Identifier: r.ana}})).Error().NotTo(HaveOccurred())
			channel <- events.ParticipantsAdded{Header: events.Header{ThreadID: created.Thread.ID}}
			time.Sleep(3 * time.Second)
			synctest.Wait()
			cancel()
			<-done
			Expect(found).To(ContainElement(created.Thread.ID))
		})
	})
})
