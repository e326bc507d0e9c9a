package chattest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A fault", func() {
	var (
		s      *chattest.Server
		ana    *person
		thread string
	)
	// statuses sends requests and returns how they were answered.
	statuses := func(n int) (all []int) {
		GinkgoHelper()
		for range n {
			all = append(all, ana.get("/chat/threads").Status)
		}
		return all
	}
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana = newPerson(s.Service)
		thread = ana.thread("Faults")
	})

	It("is refused for an operation that does not exist", func() {
		Expect(func() { s.Fail("SendMessage", chattest.Fault{}) }).To(PanicWith(ContainSubstring(`"SendMessage"`)))
		Expect(s.Faults()).To(BeEmpty())
	})

	Describe("hits", func() {
		DescribeTable("the selected requests",
			func(fault chattest.Fault, expected ...int) {
				injected := s.Fail(chattest.ListChatThreads, fault)
				Expect(statuses(7)).To(Equal(expected))
				hit := 0
				for _, status := range expected {
					if status == 503 {
						hit++
					}
				}
				Expect(injected.Fired()).To(Equal(hit))
			},
			Entry("the next one", chattest.Fault{}, 503, 200, 200, 200, 200, 200, 200),
			Entry("the third", chattest.Fault{Nth: 3}, 200, 200, 503, 200, 200, 200, 200),
			Entry("two", chattest.Fault{Times: 2}, 503, 503, 200, 200, 200, 200, 200),
			Entry("two from the second on", chattest.Fault{Nth: 2, Times: 2}, 200, 503, 503, 200, 200, 200, 200),
			Entry("all", chattest.Fault{Times: -1}, 503, 503, 503, 503, 503, 503, 503),
			Entry("all from the sixth on", chattest.Fault{Nth: 6, Times: -1}, 200, 200, 200, 200, 200, 503, 503),
			Entry("every third", chattest.Fault{Every: 3}, 200, 200, 503, 200, 200, 503, 200),
			Entry("every third from the first on", chattest.Fault{Nth: 1, Every: 3}, 503, 200, 200, 503, 200, 200, 503),
			Entry("every second, twice", chattest.Fault{Every: 2, Times: 2}, 200, 503, 200, 503, 200, 200, 200),
		)

		It("only its operation, or any", func() {
			one := s.Fail(chattest.SendChatMessage, chattest.Fault{})
			Expect(statuses(2)).To(HaveEach(200))
			ana.post(thread+"/messages", `{"content":"x"}`).must(503)
			anything := s.Fail(chattest.Any, chattest.Fault{})
			ana.get("/elsewhere").must(503)
			Expect([]int{one.Fired(), anything.Fired()}).To(Equal([]int{1, 1}))
		})

		It("one at a time, the earliest first", func() {
			s.Fail(chattest.ListChatThreads, chattest.Fault{})
			s.Fail(chattest.ListChatThreads, chattest.Fault{Status: 429})
			Expect(statuses(3)).To(Equal([]int{503, 429, 200}))
		})

		It("no more once it is removed", func() {
			fault := s.Fail(chattest.ListChatThreads, chattest.Fault{Times: -1})
			Expect(statuses(2)).To(HaveEach(503))
			fault.Remove()
			fault.Remove()
			Expect(statuses(1)).To(HaveEach(200))
			Expect(fault.Fired()).To(Equal(2))
		})
	})

	Describe("in place of the operation", func() {
		// sent is what the answer to a send is under the fault, which must have kept it from taking effect.
		sent := func(fault chattest.Fault) answer {
			GinkgoHelper()
			s.Fail(chattest.SendChatMessage, fault)
			a := ana.post(thread+"/messages", `{"content":"x"}`)
			Expect(items(ana.mustGet(thread + "/messages").Body)).To(HaveLen(2))
			return a
		}

		It("answers a status with the body that the service has for it", func() {
			sent(chattest.Fault{Status: 400}).refused(400, "")
			sent(chattest.Fault{Status: 401}).matches(401, "")
			sent(chattest.Fault{Status: 403, Message: "No."}).refused(403, "No.")
			sent(chattest.Fault{Status: 500}).refused(500, "")
			sent(chattest.Fault{Status: 429}).matches(429, `{"error":{"code":"TooManyRequests","message":"Rate limit exceeded."}}`)
			sent(chattest.Fault{Message: "Later."}).matches(503, `{"error":{"code":"ServiceUnavailable","message":"Later."}}`)
			Expect(sent(chattest.Fault{Status: 401, Code: "Denied"}).Body).To(ContainSubstring(`"Code": "Denied"`))
		})

		It("sends Retry-After", func() {
			a := sent(chattest.Fault{Status: 429, RetryAfter: 3 * time.Second})
			Expect(a.Header.Get("Retry-After")).To(Equal("3"))
			a = sent(chattest.Fault{RetryAfter: 1500 * time.Millisecond})
			a.must(503)
			Expect(a.Header).To(HaveKeyWithValue("Retry-After-Ms", []string{"1500"}))
			Expect(a.Header).NotTo(HaveKey("Retry-After"))
		})

		It("answers as for an expired token", func() {
			sent(chattest.Fault{ExpiredToken: true}).matches(401, "")
		})

		It("redirects", func() {
			s.Fail(chattest.ListChatThreads, chattest.Fault{Redirect: s.Endpoint() + thread + "?" + version})
			Expect(field(ana.mustGet("/chat/threads").Body, "topic")).To(Equal("Faults"))
			s.Fail(chattest.ListChatThreads, chattest.Fault{Redirect: "https://elsewhere.invalid/", Status: 302})
			req, err := http.NewRequest(http.MethodGet, s.Endpoint()+"/chat/threads?"+version, nil)
			Expect(err).NotTo(HaveOccurred())
			res, err := s.Transport().Do(req)
			Expect(err).NotTo(HaveOccurred())
			Expect(res.StatusCode).To(Equal(302))
			Expect(res.Header.Get("Location")).To(Equal("https://elsewhere.invalid/"))
		})

		It("adds headers", func() {
			Expect(sent(chattest.Fault{Status: 403, Header: http.Header{"X-Own": {"1"}}}).Header.Get("X-Own")).To(Equal("1"))
		})
	})

	Describe("after the operation", func() {
		effect := func() int { GinkgoHelper(); return len(items(ana.mustGet(thread+"/messages").Body)) - 2 }

		It("replaces the body by an HTML page", func() {
			s.Fail(chattest.SendChatMessage, chattest.Fault{HTML: true})
			a := ana.post(thread+"/messages", `{"content":"x"}`).must(201)
			Expect(a.Body).To(HavePrefix("<!DOCTYPE html>"))
			Expect(a.Header.Get("Content-Type")).To(Equal("text/html"))
			Expect(effect()).To(Equal(1))
			s.Fail(chattest.SendChatMessage, chattest.Fault{HTML: true, Status: 400})
			Expect(ana.post(thread+"/messages", `{"content":"x"}`).must(400).Body).To(HavePrefix("<!DOCTYPE html>"))
			Expect(effect()).To(Equal(1))
		})

		It("omits the body", func() {
			s.Fail(chattest.SendChatMessage, chattest.Fault{EmptyBody: true})
			a := ana.post(thread+"/messages", `{"content":"x"}`)
			a.matches(201, "")
			Expect(a.Header).To(HaveKeyWithValue("Content-Length", []string{"0"}))
			Expect(a.Header).NotTo(HaveKey("Content-Type"))
			Expect(effect()).To(Equal(1))
		})

		It("sends a next link to another host", func() {
			s.Fail(chattest.ListChatMessages, chattest.Fault{NextLinkHost: "elsewhere.invalid:8443"})
			Expect(nextLink(ana.mustGet(thread + "/messages?maxPageSize=1").Body)).To(HavePrefix("https://elsewhere.invalid:8443" + thread + "/messages?syncState="))
		})

		It("adds headers", func() {
			s.Fail(chattest.SendChatMessage, chattest.Fault{Header: http.Header{"X-Own": {"1"}}})
			Expect(ana.post(thread+"/messages", `{"content":"x"}`).must(201).Header.Get("X-Own")).To(Equal("1"))
		})

		It("delays the response", func() {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				s.Fail(chattest.ListChatThreads, chattest.Fault{Delay: time.Hour})
				start := time.Now()
				Expect(ana.mustGet("/chat/threads").Header.Get("X-Processing-Time")).To(Equal("3600000ms"))
				Expect(time.Since(start)).To(Equal(time.Hour))
			})
		})
	})

	for _, socket := range []bool{false, true} {
		Describe(map[bool]string{true: "over a socket", false: "in process"}[socket], func() {
			BeforeEach(func() {
				s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: !socket}))
				ana = newPerson(s.Service)
				thread = ana.thread("Faults")
			})
			send := func(ctx context.Context) (*http.Response, error) {
				GinkgoHelper()
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint()+thread+"/messages?"+version, strings.NewReader(`{"content":"x"}`))
				Expect(err).NotTo(HaveOccurred())
				req.Header.Set("Authorization", "Bearer "+ana.token)
				req.Header.Set("Content-Type", "application/json")
				return s.HTTPClient().Do(req)
			}
			effect := func() int { GinkgoHelper(); return len(items(ana.mustGet(thread+"/messages").Body)) - 2 }

			It("loses the request before it takes effect", func(ctx SpecContext) {
				fault := s.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
				_, err := send(ctx)
				Expect(errors.Is(err, io.EOF)).To(BeTrue(), "%v", err)
				Expect(effect()).To(BeZero())
				lost := s.Requests(chattest.SendChatMessage)
				Expect(lost).To(HaveLen(1))
				Expect([]int{lost[0].Status, lost[0].Fault}).To(Equal([]int{0, fault.ID()}))
				Expect(string(lost[0].Body)).To(Equal(`{"content":"x"}`))
			})

			It("loses the reply after the request took effect", func(ctx SpecContext) {
				s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
				_, err := send(ctx)
				Expect(errors.Is(err, io.EOF)).To(BeTrue(), "%v", err)
				Expect(effect()).To(Equal(1))
			})

			It("cuts the body", func(ctx SpecContext) {
				for _, fault := range []chattest.Fault{{CutBody: true}, {CutBody: true, Status: 403, Message: "No."}} {
					s.Fail(chattest.SendChatMessage, fault)
					res, err := send(ctx)
					Expect(err).NotTo(HaveOccurred())
					part, err := io.ReadAll(res.Body)
					Expect(err).To(MatchError(io.ErrUnexpectedEOF))
					Expect(part).NotTo(BeEmpty())
					whole := s.Requests(chattest.SendChatMessage)
					Expect(string(whole[len(whole)-1].Reply)).To(HavePrefix(string(part)))
					Expect(len(whole[len(whole)-1].Reply)).To(BeNumerically(">", len(part)))
				}
				Expect(effect()).To(Equal(1))
			})

			It("loses a response without a body to cut", func() {
				s.Fail(chattest.SendTypingNotification, chattest.Fault{CutBody: true})
				req, err := http.NewRequest(http.MethodPost, s.Endpoint()+thread+"/typing?"+version, nil)
				Expect(err).NotTo(HaveOccurred())
				req.Header.Set("Authorization", "Bearer "+ana.token)
				_, err = s.HTTPClient().Do(req)
				Expect(err).To(MatchError(io.EOF))
			})

			It("lets a waiting client give up, after the request took effect", func(ctx SpecContext) {
				s.Fail(chattest.SendChatMessage, chattest.Fault{Delay: time.Hour})
				impatient, giveUp := context.WithCancel(ctx)
				failed := make(chan error, 1)
				go func() {
					_, err := send(impatient)
					failed <- err
				}()
				Eventually(ctx, func() []chattest.Request { return s.Requests(chattest.SendChatMessage) }).Should(HaveLen(1))
				giveUp()
				Eventually(ctx, failed).Should(Receive(MatchError(context.Canceled)))
				Expect(effect()).To(Equal(1))
			})

			It("ends a delay when the service closes", func(ctx SpecContext) {
				s.Fail(chattest.SendChatMessage, chattest.Fault{Delay: time.Hour})
				failed := make(chan error, 1)
				go func() {
					_, err := send(ctx)
					failed <- err
				}()
				Eventually(ctx, func() []chattest.Request { return s.Requests(chattest.SendChatMessage) }).Should(HaveLen(1))
				Expect(s.Close()).To(Succeed())
				Eventually(ctx, failed).Should(Receive(MatchError(io.EOF)))
			})
		})
	}
})
