package chattest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("An event subscription", func() {
	// consents makes a webhook that answers handshakes as consent does.
	consents := func(consent http.HandlerFunc) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions || r.Header.Get("Aeg-Event-Type") == "SubscriptionValidation" {
				consent(w, r)
			}
		})
	}

	DescribeTable("is validating until the webhook consents",
		func(schema events.Schema, consent http.HandlerFunc, outcome string) {
			bubble(func(s *chattest.Service) {
				e := s.DeliverEvents(consents(consent), &chattest.SubscriptionOptions{Schema: schema})
				settle(s)
				Expect(e.State()).To(Equal(chattest.SubscriptionValidating))
				Expect(e.Outcome()).To(Equal(outcome))
			})
		},
		Entry("no body", events.SchemaEventGrid, func(http.ResponseWriter, *http.Request) {},
			"the answer to the validation event does not contain its validationCode as validationResponse"),
		Entry("another code", events.SchemaEventGrid, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"validationResponse":"x"}`) },
			"the answer to the validation event does not contain its validationCode as validationResponse"),
		Entry("202", events.SchemaEventGrid, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) },
			"the validation event was answered with 202 Accepted, not 200"),
		Entry("a redirect", events.SchemaEventGrid, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTemporaryRedirect) },
			"the validation event was answered with 307 Temporary Redirect, not 200"),
		Entry("CloudEvents: a status alone", events.SchemaCloudEvents, func(http.ResponseWriter, *http.Request) {},
			"the answer to OPTIONS has no WebHook-Allowed-Origin with eventgrid.azure.net or *"),
		Entry("CloudEvents: no rate", events.SchemaCloudEvents, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("WebHook-Allowed-Origin", "*") },
			"the answer to OPTIONS has no WebHook-Allowed-Rate"),
		Entry("CloudEvents: 405", events.SchemaCloudEvents, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) },
			"OPTIONS was answered with 405 Method Not Allowed"),
	)

	It("keeps events until the webhook consents, which is asked every five seconds", func() {
		bubble(func(s *chattest.Service) {
			var up atomic.Bool
			var asked atomic.Int64
			h := &hook{}
			e := s.DeliverEvents(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if !up.Load() {
					panic(http.ErrAbortHandler)
				}
				h.ServeHTTP(w, r)
			}), nil)
			newPerson(s).thread("Early")
			time.Sleep(59 * time.Second)
			synctest.Wait()
			Expect(asked.Load()).To(BeEquivalentTo(12))
			Expect(statuses(s)).To(HaveExactElements(chattest.DeliveryWaiting))
			up.Store(true)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			Expect(e.State()).To(Equal(chattest.SubscriptionActive))
			Expect(h.names()).To(Equal([]string{"ChatThreadCreated"}))
		})
	})

	It("fails after ten minutes, then gets no more events, and may be validated again", func() {
		bubble(func(s *chattest.Service) {
			s.Fail(chattest.ValidateWebhook, chattest.Fault{Times: 120})
			h := &hook{}
			e := s.DeliverEvents(h, nil)
			ana := newPerson(s)
			ana.thread("Early")
			time.Sleep(10*time.Minute - time.Second)
			synctest.Wait()
			Expect(e.State()).To(Equal(chattest.SubscriptionFailed))
			ana.thread("Late")
			Expect(s.Deliveries()).To(HaveLen(1))
			e.Validate()
			settle(s)
			Expect(e.State()).To(Equal(chattest.SubscriptionActive))
			Expect(h.received()).To(HaveLen(1))
			e.Validate()
			settle(s)
			Expect(h.shaken()).To(Equal(1))
		})
	})

	It("is not ended by a clock that jumps while it validates", func() {
		bubble(func(s *chattest.Service) {
			s.Fail(chattest.ValidateWebhook, chattest.Fault{Times: 2})
			e := s.DeliverEvents(&hook{}, nil)
			settle(s)
			s.Advance(24 * time.Hour)
			settle(s)
			s.Advance(24 * time.Hour)
			settle(s)
			Expect(e.State()).To(Equal(chattest.SubscriptionActive))
		})
	})

	It("has a name, a URL without secrets, a schema and types", func() {
		bubble(func(s *chattest.Service) {
			h := &hook{}
			e := s.DeliverEvents(h, &chattest.SubscriptionOptions{Target: "events?code=s3cret&x", EventTypes: []string{"ChatThreadDeleted", "ChatThreadCreated"}})
			Expect(e.Name()).To(Equal("webhook"))
			Expect(e.URL()).To(Equal("https://webhook.invalid/events?code=[redacted]&[redacted]"))
			Expect(e.Schema()).To(Equal(events.SchemaEventGrid))
			Expect(e.EventTypes()).To(Equal([]string{"Microsoft.Communication.ChatThreadCreated", "Microsoft.Communication.ChatThreadDeleted"}))
			newPerson(s).thread("Hooked")
			settle(s)
			Expect(h.received()[0].target).To(Equal("/events?code=s3cret&x"))
		})
	})

	DescribeTable("shows of the query only the names of parameters with a value",
		func(query, shown string) {
			w, err := chattest.NewWebhook("https://example.com/?"+query, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(w.URL()).To(Equal("https://example.com/?" + shown))
		},
		Entry("a value", "code=s3cret", "code=[redacted]"),
		Entry("a secret alone", "s3cret", "[redacted]"),
		Entry("a secret in base64", "czNjcmV0==", "[redacted]"),
		Entry("both", "a=b&s3cret", "a=[redacted]&[redacted]"),
	)

	It("fails after ten minutes, too, if the webhook does not answer the handshakes", func() {
		bubble(func(s *chattest.Service) {
			e := s.DeliverEvents(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) }), nil)
			time.Sleep(9 * time.Minute)
			Expect(e.State()).To(Equal(chattest.SubscriptionValidating))
			time.Sleep(chattest.AnswerTimeout + time.Minute)
			Expect(e.State()).To(Equal(chattest.SubscriptionFailed))
			Expect(e.Outcome()).To(Equal("there was no answer within 30s"))
			time.Sleep(time.Hour) // until the handlers end
		})
	})

	It("begins the handshake again if the clock is reset", func() {
		bubble(func(s *chattest.Service) {
			before := s.Snapshot()
			for _, reset := range []func(){s.Reset, func() { s.Restore(before) }} {
				s.Advance(100 * time.Hour)
				s.Fail(chattest.ValidateWebhook, chattest.Fault{Delay: time.Hour})
				e := s.DeliverEvents(&hook{}, nil)
				settle(s)
				Expect(e.State()).To(Equal(chattest.SubscriptionValidating))
				reset()
				synctest.Wait()
				Expect(e.State()).To(Equal(chattest.SubscriptionActive))
				e.Remove()
			}
		})
	})

	It("needs a name of its own, which is free again when it is removed", func() {
		bubble(func(s *chattest.Service) {
			options := &chattest.SubscriptionOptions{Name: "bot"}
			e := s.DeliverEvents(&hook{}, options)
			Expect(func() { s.DeliverEvents(&hook{}, options) }).To(PanicWith(ContainSubstring(`there is a subscription "bot" already`)))
			e.Remove()
			e.Remove()
			Expect(func() { s.DeliverEvents(&hook{}, options) }).NotTo(Panic())
		})
	})

	It("gets a name of its own, also if several are made at the same time", func() {
		bubble(func(s *chattest.Service) {
			const n = 20
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					defer GinkgoRecover()
					s.DeliverEvents(&hook{}, nil)
				})
			}
			wg.Wait()
			names := make(map[string]bool)
			for _, e := range s.Subscriptions() {
				names[e.Name()] = true
			}
			Expect(names).To(HaveLen(n))
		})
	})

	It("may be removed while and after the service is closed", func() {
		bubble(func(s *chattest.Service) {
			var wg sync.WaitGroup
			for range 8 {
				e := s.DeliverEvents(&hook{}, nil)
				wg.Go(e.Remove)
				defer e.Remove()
			}
			Expect(s.Close()).To(Succeed())
			wg.Wait()
		})
	})

	It("ends once if it is removed while the service is closed", func(ctx SpecContext) {
		s, err := chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		for range 8 {
			s.DeliverEvents(&hook{}, nil)
		}
		Expect(s.DueWatchers()).To(Equal(8))
		release := must(s.HoldCommits()) // one is being removed, and the others wait for it
		var wg sync.WaitGroup
		var began atomic.Int64
		for _, e := range s.Subscriptions() {
			wg.Go(func() {
				began.Add(1)
				e.Remove()
			})
		}
		Eventually(ctx, began.Load).Should(BeEquivalentTo(8))
		Eventually(ctx, s.Committing).Should(BeTrue())
		wg.Go(func() { _ = s.Close() })
		Eventually(ctx, s.DueWatchers).Should(BeNumerically("<=", 0), "all have ended")
		release()
		wg.Wait()
		Expect(s.DueWatchers()).To(BeZero())
	}, SpecTimeout(time.Minute))

	It("leaves no connection behind when it is removed", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		server := httptest.NewServer(&hook{})
		DeferCleanup(server.Close)
		before := gleak.Goroutines()
		e := must(s.DeliverEventsTo(server.URL, nil))
		settle(s.Service)
		e.Remove()
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
	})

	DescribeTable("is refused",
		func(url string, options *chattest.SubscriptionOptions, problem string) {
			s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			_, err := s.DeliverEventsTo(url, options)
			Expect(err).To(MatchError(And(HavePrefix("chattest: deliver events: "), ContainSubstring(problem), Not(ContainSubstring("s3cret")))))
			Expect(s.Subscriptions()).To(BeEmpty())
		},
		Entry("no URL", "", nil, "must be absolute"),
		Entry("no host", "http:///events", nil, "must be absolute"),
		Entry("a malformed URL", "http://[::1/?code=s3cret", nil, "must be absolute"),
		Entry("another scheme", "ftp://localhost/?code=s3cret", nil, "must use https"),
		Entry("http on another machine", "http://contoso.com/?code=s3cret", nil, "the webhook http://contoso.com/?code=[redacted] must use https"),
		Entry("a user", "https://a:s3cret@contoso.com/", nil, "no user"),
		Entry("a schema", "https://contoso.com/", &chattest.SubscriptionOptions{Schema: "x"}, `there is no schema "x": it must be eventgrid or cloudevents`),
		Entry("a type", "https://contoso.com/", &chattest.SubscriptionOptions{EventTypes: []string{"x"}}, `there is no event type "x"`),
		Entry("a batch", "https://contoso.com/", &chattest.SubscriptionOptions{MaxEventsPerBatch: 5001}, "1 to 5000"),
		Entry("a number of requests", "https://contoso.com/", &chattest.SubscriptionOptions{Concurrency: -1}, "1 to 100"),
		Entry("a name", "https://contoso.com/", &chattest.SubscriptionOptions{Name: "a\nb"}, "no control characters"),
	)

	It("has no control characters of the URL in its name, which requests have in a header", func() {
		h := &hook{}
		server := httptest.NewServer(h)
		DeferCleanup(server.Close)
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		e := must(s.DeliverEventsTo(server.URL+"/a%0d%0ab", nil))
		settle(s.Service)
		Expect(e.Name()).To(HaveSuffix("/a%0d%0ab"))
		Expect(e.State()).To(Equal(chattest.SubscriptionActive), e.Outcome())
	})

	It("is refused by a closed service", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		Expect(s.Close()).To(Succeed())
		Expect(s.DeliverEventsTo("https://contoso.com/", nil)).Error().To(HaveOccurred())
	})

	It("delivers over http on this machine, without the secret in an error, and leaves no goroutine behind", func() {
		before := gleak.Goroutines()
		h := &hook{}
		server := httptest.NewServer(h)
		s, err := chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		_, err = s.DeliverEventsTo(server.URL+"/events?code=s3cret", nil)
		Expect(err).NotTo(HaveOccurred())
		ana := newPerson(s)
		thread := ana.thread("Hooked")
		settle(s)
		Expect(h.received()).To(HaveLen(1))
		Expect(h.received()[0].target).To(Equal("/events?code=s3cret"))
		Expect(s.Subscriptions()[0].Name()).To(Equal(strings.TrimPrefix(server.URL, "http://") + "/events"))

		server.Close() // which the service may not have noticed on its idle connection
		ana.send(thread, "hi")
		settle(s)
		Expect(s.Deliveries()).To(ContainElement(HaveField("Outcome", And(ContainSubstring("connection refused"), Not(ContainSubstring("s3cret"))))))
		Expect(s.Close()).To(Succeed())
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
	})

	It("does not deliver to a server whose certificate is not signed by a trusted authority, unless its transport trusts it", func() {
		h := &hook{}
		server := httptest.NewTLSServer(h)
		DeferCleanup(server.Close)
		server.Config.ErrorLog = nil
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		distrusting := must(s.DeliverEventsTo(server.URL+"/a", nil))
		trusting := must(s.DeliverEventsTo(server.URL+"/b", &chattest.SubscriptionOptions{Transport: server.Client().Transport}))
		settle(s.Service)
		Expect(distrusting.State()).To(Equal(chattest.SubscriptionValidating))
		Expect(distrusting.Outcome()).To(ContainSubstring("certificate"))
		Expect(trusting.State()).To(Equal(chattest.SubscriptionActive))
	})

	It("tells each request to the callback in the options", func() {
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			attempts := make(chan chattest.DeliveryAttempt, 10)
			s, err := chattest.Open(api.Watch(&chattest.Options{OnDelivery: func(a chattest.DeliveryAttempt) { attempts <- a }}))
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(s.Close()).To(Succeed()) }()
			s.Fail(chattest.DeliverToWebhook, chattest.Fault{Status: 503})
			e := s.DeliverEvents(&hook{}, &chattest.SubscriptionOptions{Target: "/?code=s3cret"})
			newPerson(s).thread("Hooked")
			settle(s)
			Expect(<-attempts).To(And(HaveField("EventTypes", BeNil()), HaveField("Status", 200), HaveField("Failure", ""),
				HaveField("Method", "POST"), HaveField("State", chattest.SubscriptionActive), HaveField("Handshake", 1),
				HaveField("URL", "https://webhook.invalid/?code=[redacted]"), HaveField("Subscription", "webhook")))
			Expect(<-attempts).To(And(HaveField("EventTypes", Equal([]string{"Microsoft.Communication.ChatThreadCreated"})),
				HaveField("Status", 503), HaveField("Failure", "fault 1 answered 503 Service Unavailable"), HaveField("Fault", 1), HaveField("Method", "POST"), HaveField("Handshake", 0)))

			e.Remove()
			s.Fail(chattest.ValidateWebhook, chattest.Fault{Times: -1})
			s.DeliverEvents(&hook{}, &chattest.SubscriptionOptions{Schema: events.SchemaCloudEvents})
			for attempt := range 120 {
				state := chattest.SubscriptionValidating
				if attempt == 119 {
					state = chattest.SubscriptionFailed
				}
				Expect(<-attempts).To(And(HaveField("EventTypes", BeNil()), HaveField("Method", "OPTIONS"), HaveField("State", state), HaveField("Handshake", attempt+1)))
			}
		})
	})

	It("is closed when the callback has returned, and is not told after that", func() {
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			var began, ended atomic.Int64
			s, err := chattest.Open(api.Watch(&chattest.Options{OnDelivery: func(chattest.DeliveryAttempt) {
				began.Add(1)
				time.Sleep(time.Second)
				ended.Add(1)
			}}))
			Expect(err).NotTo(HaveOccurred())
			for range 4 {
				s.DeliverEvents(&hook{}, nil)
			}
			synctest.Wait()
			Expect(began.Load()).To(BeEquivalentTo(4))
			Expect(s.Close()).To(Succeed())
			Expect(ended.Load()).To(BeEquivalentTo(4))
			time.Sleep(time.Minute)
			Expect(began.Load()).To(BeEquivalentTo(4))
		})
	})
})
