package chattest_test

import (
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// limited runs f in virtual time with a service that enforces limits.
func limited(options chattest.Options, f func(l *crowd)) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		time.Sleep(time.Until(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)))
		options.EnforceLimits = true
		s, err := chattest.Open(api.Watch(&options))
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(s.Close()).To(Succeed()) }()
		everybody := newPeople(s, 60)
		l := &crowd{service: s, manager: managerOf(s), people: everybody[1:], owner: everybody[0]}
		l.thread = l.owner.thread("Limits", everybody[1:]...)
		l.other = l.owner.thread("Other", everybody[1:]...)
		time.Sleep(time.Hour)
		f(l)
	})
}

// crowd is many people with two threads.
type crowd struct {
	service       *chattest.Service
	manager       *manager
	owner         *person
	people        []*person
	thread, other string
}

// over holds an answer against that to a request too many, to be repeated after some seconds.
func over(a answer, seconds int) {
	GinkgoHelper()
	a.matches(429, `{"error":{"code":"TooManyRequests","message":"Rate limit exceeded."}}`)
	Expect(a.Header).To(HaveKeyWithValue("Retry-After", []string{strconv.Itoa(seconds)}))
}

var _ = Describe("The limits", func() {
	// ask is a request of the i-th of several.
	type ask func(l *crowd, i int) answer
	one := func(method, path, body string) ask {
		return func(l *crowd, _ int) answer { GinkgoHelper(); return l.owner.do(method, path, body) }
	}
	inThread := func(method, path, body string) ask {
		return func(l *crowd, _ int) answer { GinkgoHelper(); return l.owner.do(method, l.thread+path, body) }
	}
	byMany := func(method, path, body string) ask {
		return func(l *crowd, i int) answer {
			GinkgoHelper()
			return l.people[i%len(l.people)].do(method, l.thread+path, body)
		}
	}
	byManyAnywhere := func(method, path, body string) ask {
		return func(l *crowd, i int) answer {
			GinkgoHelper()
			return l.people[i%len(l.people)].do(method, fmt.Sprintf("/chat/threads/19:%d@thread.v2", i)+path, body)
		}
	}
	managing := func(method, path string) ask {
		return func(l *crowd, _ int) answer { GinkgoHelper(); return l.manager.do(method, path, "{}") }
	}

	DescribeTable("allow a number of requests in a window, and another request after it",
		func(most int, seconds int, request ask) {
			limited(chattest.Options{}, func(l *crowd) {
				for i := range most {
					Expect(request(l, i).Status).NotTo(Equal(429), "request %d", i)
				}
				time.Sleep(time.Second)
				over(request(l, most), seconds-1)
				time.Sleep(time.Duration(seconds-1)*time.Second - time.Nanosecond)
				over(request(l, most+1), 1)
				time.Sleep(time.Nanosecond)
				Expect(request(l, most+2).Status).NotTo(Equal(429))
			})
		},
		Entry("threads that a user creates", 10, 10, one("POST", "/chat/threads", `{"topic":"x"}`)),
		Entry("threads that the resource creates", 3000, 60, func(l *crowd, i int) answer {
			GinkgoHelper()
			if i%10 == 0 {
				l.owner = newPerson(l.service)
			}
			return l.owner.post("/chat/threads", "")
		}),
		Entry("threads that a user deletes", 10, 10, one("DELETE", "/chat/threads/"+unknownThread, "")),
		Entry("updates of a thread", 5, 10, byMany("PATCH", "", `{"topic":"x"}`)),
		Entry("threads that a user gets", 50, 10, inThread("GET", "", "")),
		Entry("threads that a user lists", 50, 10, one("GET", "/chat/threads", "")),
		Entry("people added to a thread", 10, 10, byMany("POST", "/participants/:add", `{"participants":[]}`)),
		Entry("people added in the resource", 3000, 60, byManyAnywhere("POST", "/participants/:add", `{}`)),
		Entry("people removed from a thread", 10, 10, byMany("POST", "/participants/:remove", `{}`)),
		Entry("lists of people, by one", 10, 10, inThread("GET", "/participants", "")),
		Entry("messages sent to a thread", 10, 10, byMany("POST", "/messages", `{"content":"x"}`)),
		Entry("messages edited in a thread", 10, 10, byMany("PATCH", "/messages/1", `{"content":"x"}`)),
		Entry("messages deleted from a thread", 10, 10, byMany("DELETE", "/messages/1", "")),
		Entry("messages that one user gets", 50, 10, inThread("GET", "/messages/1", "")),
		Entry("messages that many users get", 250, 10, byMany("GET", "/messages/1", "")),
		Entry("lists of messages, by one", 50, 10, inThread("GET", "/messages", "")),
		Entry("lists of messages, by many", 250, 10, byMany("GET", "/messages", "")),
		Entry("lists of receipts, by one", 5, 10, inThread("GET", "/readReceipts", "")),
		Entry("lists of receipts, by many", 100, 10, byMany("GET", "/readReceipts", "")),
		Entry("receipts that one user sends", 10, 10, inThread("POST", "/readReceipts", `{"chatMessageId":"1"}`)),
		Entry("notifications that one user sends", 5, 10, inThread("POST", "/typing", "")),
		Entry("notifications that many users send", 10, 10, byMany("POST", "/typing", "")),
		Entry("users created", 1000, 30, managing("POST", "/identities")),
		Entry("users deleted", 500, 30, managing("DELETE", "/identities/unknown")),
		Entry("tokens issued", 1000, 30, managing("POST", "/identities/unknown/:issueAccessToken")),
		Entry("tokens revoked", 500, 30, managing("POST", "/identities/unknown/:revokeAccessTokens")),
		Entry("tokens exchanged", 500, 30, managing("POST", "/teamsUser/:exchangeAccessToken")),
	)

	DescribeTable("of a minute apply in addition to those of ten seconds",
		func(inTen, inAMinute int, request ask) {
			limited(chattest.Options{}, func(l *crowd) {
				for i := range inAMinute {
					if i > 0 && i%inTen == 0 {
						time.Sleep(10 * time.Second)
					}
					Expect(request(l, i).Status).NotTo(Equal(429), "request %d", i)
				}
				time.Sleep(10 * time.Second)
				passed := (inAMinute + inTen - 1) / inTen * 10
				over(request(l, 0), 60-passed)
			})
		},
		Entry("messages", 10, 30, byMany("POST", "/messages", `{"content":"x"}`)),
		Entry("participants", 10, 30, byMany("POST", "/participants/:add", `{"participants":[]}`)),
		Entry("lists of messages, by one", 50, 200, inThread("GET", "/messages", "")),
		Entry("lists of messages, by many", 250, 400, byMany("GET", "/messages", "")),
		Entry("receipts", 10, 30, inThread("POST", "/readReceipts", `{"chatMessageId":"1"}`)),
		Entry("notifications, by one", 5, 15, inThread("POST", "/typing", "")),
		Entry("notifications, by many", 10, 30, byMany("POST", "/typing", "")),
	)

	It("have shorter windows with a divisor, and a Retry-After in milliseconds", func() {
		limited(chattest.Options{LimitDivisor: 60}, func(l *crowd) {
			for range 10 {
				l.owner.send(l.thread, "x")
			}
			refused := l.owner.post(l.thread+"/messages", `{"content":"x"}`).must(429)
			Expect(refused.Header).To(HaveKeyWithValue("Retry-After-Ms", []string{"167"}))
			time.Sleep(167 * time.Millisecond)
			l.owner.send(l.thread, "x")
		})
	})

	It("are separate for each thread", func() {
		limited(chattest.Options{}, func(l *crowd) {
			for range 10 {
				l.owner.send(l.thread, "x")
			}
			over(l.people[0].post(l.thread+"/messages", `{"content":"x"}`), 10)
			l.owner.send(l.other, "x")
		})
	})

	It("are separate for each user", func() {
		limited(chattest.Options{}, func(l *crowd) {
			for range 50 {
				l.owner.mustGet("/chat/threads")
			}
			over(l.owner.get(l.thread), 10)
			l.people[0].mustGet(l.thread)
		})
	})

	It("count operations of one row together", func() {
		limited(chattest.Options{}, func(l *crowd) {
			id := l.owner.send(l.thread, "x")
			for range 8 {
				l.owner.mustPatch(l.thread+"/messages/"+id, `{"content":"y"}`)
			}
			l.owner.mustDelete(l.thread + "/messages/" + id)
			over(l.owner.post(l.thread+"/messages", `{"content":"x"}`), 10)
			l.owner.mustGet(l.thread + "/messages")
		})
	})

	It("count refused requests too", func() {
		limited(chattest.Options{}, func(l *crowd) {
			for range 20 {
				l.owner.post(l.thread+"/messages", `{"content":"x"}`)
			}
			time.Sleep(5 * time.Second)
			over(l.owner.post(l.thread+"/messages", `{"content":"x"}`), 5)
			for range 8 {
				over(l.owner.post(l.thread+"/messages", `{"content":"x"}`), 5)
			}
			over(l.owner.post(l.thread+"/messages", `{"content":"x"}`), 55)
		})
	})

	It("do not count requests that are not authenticated", func() {
		limited(chattest.Options{}, func(l *crowd) {
			stranger := &person{User: l.owner.User, service: l.service, token: "none"}
			for range 60 {
				stranger.get("/chat/threads").must(401)
			}
			l.owner.mustGet("/chat/threads")
		})
	})

	It("use the clock of the service", func() {
		limited(chattest.Options{}, func(l *crowd) {
			for range 10 {
				l.owner.send(l.thread, "x")
			}
			l.service.Advance(10 * time.Second)
			l.owner.send(l.thread, "x")
			for range 9 {
				l.owner.send(l.thread, "x")
			}
			l.service.Advance(-time.Hour)
			over(l.owner.post(l.thread+"/messages", `{"content":"x"}`), 10)
		})
	})

	It("explain refusals in the record of requests", func() {
		limited(chattest.Options{}, func(l *crowd) {
			for range 11 {
				l.owner.post(l.thread+"/messages", `{"content":"x"}`)
			}
			Expect(lastReason(l.service)).To(Equal("the limit to send, update and delete messages is 10 in 10s per thread"))
		})
	})

	It("send no Retry-After with NoRetryAfter", func() {
		limited(chattest.Options{NoRetryAfter: true}, func(l *crowd) {
			for range 5 {
				l.owner.post(l.thread+"/typing", "").must(200)
			}
			Expect(l.owner.post(l.thread+"/typing", "").must(429).Header).NotTo(Or(HaveKey("Retry-After"), HaveKey("Retry-After-Ms")))
		})
	})

	It("are not enforced by default", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana := newPerson(s.Service)
		for range 60 {
			ana.mustGet("/chat/threads")
		}
	})

	It("forget windows that have passed", func() {
		limited(chattest.Options{}, func(l *crowd) {
			most := 0
			for i := range 5000 {
				l.owner.get(fmt.Sprintf("/chat/threads/19:%d@thread.v2/messages/1", i))
				time.Sleep(100 * time.Millisecond)
				most = max(most, l.service.LimitWindows())
			}
			Expect(most).To(BeNumerically("<", 1100))
		})
	})
})
