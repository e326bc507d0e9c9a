package chattest_test

import (
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The admin handler", func() {
	var (
		s   *chattest.Server
		ana *person
		ask func(method, target, body string, headers ...string) answer
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, Endpoint: "https://127.0.0.1:8443"}))
		ana = newPerson(s.Service)
		ask = administer(s.Service)
	})
	refused := func(a answer, status int, message string) {
		GinkgoHelper()
		a.matches(status, documented(strings.ReplaceAll(http.StatusText(status), " ", ""), message, ""))
	}

	Describe("injects faults", func() {
		It("which hit, are counted, listed and removed", func() {
			ask("GET", "/faults", "").matches(200, `{"value":[]}`)
			ask("POST", "/faults", `{"operation":"Chat_ListChatThreads","status":429,"times":2,"retryAfter":"2s"}`).
				matches(201, `{"id":1,"operation":"Chat_ListChatThreads","fired":0,"times":2,"status":429,"retryAfter":"2s"}`)
			Expect(ana.get("/chat/threads").must(429).Header.Get("Retry-After")).To(Equal("2"))
			ask("POST", "/faults", `{"operation":"*","every":2,"emptyPage":true}`).must(201)
			ask("GET", "/faults", "").matches(200, `{"value":[`+
				`{"id":1,"operation":"Chat_ListChatThreads","fired":1,"times":2,"status":429,"retryAfter":"2s"},`+
				`{"id":2,"operation":"*","fired":0,"every":2,"emptyPage":true}]}`)
			ask("DELETE", "/faults/1", "").matches(204, "")
			refused(ask("DELETE", "/faults/1", ""), 404, "there is no such fault")
			ana.mustGet("/chat/threads")
			Expect(nextLink(ana.mustGet("/chat/threads").Body)).NotTo(BeEmpty())
			ask("DELETE", "/faults", "").matches(204, "")
			ask("GET", "/faults", "").matches(200, `{"value":[]}`)
		})

		It("into every operation", func() {
			thread := ana.thread("Operations")
			seen := map[chattest.Operation]bool{}
			for _, q := range everyOperation(s.Service, ana, thread) {
				seen[q] = true
				ask("POST", "/faults", `{"operation":"`+string(q)+`"}`).must(201)
			}
			Expect(seen).To(HaveLen(26))
		})

		DescribeTable("and reports what is wrong with a fault",
			func(body, message string) { refused(ask("POST", "/faults", body), 400, message) },
			Entry("no operation", `{"status":429}`, `operation is missing; "*" stands for every operation`),
			Entry("no operation and a wrong status", `{"status":1}`, `operation is missing; "*" stands for every operation`),
			Entry("an unknown one", `{"operation":"SendMessage"}`, `there is no operation "SendMessage"`),
			Entry("an unknown member", `{"operation":"*","statsu":429}`, `unknown field "statsu"`),
			Entry("a read-only member", `{"operation":"*","fired":1}`, `unknown field "fired"`),
			Entry("an invalid status", `{"operation":"*","status":42}`, "status must be from 200 to 599"),
			Entry("an invalid duration", `{"operation":"*","delay":"soon"}`, `"soon" is not a duration such as "1.5s"`),
			Entry("nothing", ` `, "the JSON object is missing or incomplete"),
		)
	})

	It("reads and moves the clock", func() {
		bubble(func(s *chattest.Service) {
			admin := s.AdminHandler()
			at := func(method, body string) answer {
				r := httptest.NewRequest(method, "/clock", strings.NewReader(body))
				r.Host = strings.TrimPrefix(s.Endpoint(), "https://")
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				admin.ServeHTTP(w, r)
				return answer{w.Code, w.Header(), w.Body.String()}
			}
			at("GET", "").matches(200, `{"now":"2026-01-01T00:00:00Z","ahead":"0s"}`)
			at("POST", `{"advance":"1h30m"}`).matches(200, `{"now":"2026-01-01T01:30:00Z","ahead":"1h30m0s"}`)
			at("POST", `{"advance":"-30m"}`).matches(200, `{"now":"2026-01-01T01:00:00Z","ahead":"1h0m0s"}`)
			refused(at("POST", `{}`), 400, "advance is missing")
			refused(at("POST", `{"advance":3600}`), 400, "advance must not be a JSON number")
			Expect(s.Now()).To(BeTemporally("==", time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC)))
		})
	})

	It("keeps the clock within 25 years", func() {
		const limit = "the clock must stay within 25 years of that of the machine"
		for _, sign := range []string{"", "-"} {
			ask("POST", "/clock", `{"advance":"`+sign+`130000h"}`).must(200)
			refused(ask("POST", "/clock", `{"advance":"`+sign+`130000h"}`), 400, limit)
			refused(ask("POST", "/clock", `{"advance":"`+sign+`2562047h47m"}`), 400, limit)
			ask("POST", "/reset", "").must(204)
		}
		for _, d := range []time.Duration{math.MinInt64, math.MaxInt64} {
			s.Advance(d)
			s.Advance(d)
			Expect(time.Until(s.Now()).Abs()).To(BeNumerically("~", 25*365*24*time.Hour, time.Minute))
			newPerson(s.Service).thread("Far away")
		}
		s.Advance(-time.Hour)
		s.Advance(2 * time.Hour)
		Expect(time.Until(s.Now())).To(BeNumerically("~", 25*365*24*time.Hour, time.Minute))
	})

	It("is 404 for an unknown path and 405 for an unknown method, and never redirects", func() {
		for _, path := range []string{"/none", "//faults", "/faults/", "/./faults", "/faults/..", "/faults//1"} {
			refused(ask("GET", path, ""), 404, "there is no such resource; GET / lists those that exist")
		}
		put := ask("PUT", "/clock", "")
		refused(put, 405, "the methods of this resource are GET, HEAD, POST")
		Expect(put.Header.Get("Allow")).To(Equal("GET, HEAD, POST"))
	})

	Describe("removes nothing", func() {
		BeforeEach(func() {
			for _, name := range []string{"a", "b"} {
				ask("POST", "/snapshot", `{"name":"`+name+`"}`).must(201)
			}
			s.DeliverEvents(&hook{}, &chattest.SubscriptionOptions{Name: "bot"})
			ana.send(ana.thread("Kept"), "hi")
			settle(s.Service)
			s.Fail(chattest.ListChatThreads, chattest.Fault{})
		})
		DescribeTable("for a query or a body that it does not know",
			func(target, body, message string) {
				requests, deliveries := len(s.Requests()), len(s.Deliveries())
				refused(ask("DELETE", target, body), 400, message)
				Expect(s.Requests()).To(HaveLen(requests))
				Expect(s.Deliveries()).To(HaveLen(deliveries))
				Expect(s.Subscriptions()).To(HaveLen(1))
				Expect(s.Faults()).To(HaveLen(1))
				for _, name := range []string{"a", "b"} {
					ask("POST", "/restore", `{"name":"`+name+`"}`).must(204)
				}
			},
			Entry("a misspelt name of a snapshot", "/snapshot?nam=a", "", `there is no query parameter "nam" here; there is name`),
			Entry("the name of a snapshot in the body", "/snapshot", `{"name":"a"}`, `unknown field "name": the body has no members here, and the query has name`),
			Entry("a misspelt name of a subscription", "/subscriptions?nam=nope", "", `there is no query parameter "nam" here; there is name`),
			Entry("a misspelt status", "/deliveries?stat=failed", "", `there is no query parameter "stat" here; there is status`),
			Entry("a second status", "/deliveries?status=failed&status=waiting", "", "status is there more than once in the query"),
			Entry("an empty status", "/deliveries?status=", "", "status must be one of [waiting delivered failed]"),
			Entry("a misspelt user", "/connections?usr=x", "", `there is no query parameter "usr" here; there is user`),
			Entry("an operation of faults", "/faults?operation=SendChatMessage", "", `there is no query parameter "operation" here; there is none`),
			Entry("an operation of requests", "/requests?operation=SendChatMessage", "", `there is no query parameter "operation" here; there is none`),
			Entry("a fault in the body", "/faults", `{"id":1}`, `unknown field "id": the body has no members here, and the query has none`),
			Entry("a malformed query", "/snapshot?name=%zz", "", `the query is malformed: invalid URL escape "%zz"`),
		)
	})

	DescribeTable("refuses a query that it does not know",
		func(method, target, body, message string) { refused(ask(method, target, body), 400, message) },
		Entry("of the root", "GET", "/?x=1", "", `there is no query parameter "x" here; there is none`),
		Entry("of requests", "GET", "/requests?op=SendChatMessage", "", `there is no query parameter "op" here; there is operation, last`),
		Entry("of requests, with two numbers", "GET", "/requests?last=1&last=2", "", "last is there more than once in the query"),
		Entry("of requests, with an empty number", "GET", "/requests?last=", "", "last must be a number that is not negative"),
		Entry("of deliveries, with an empty wait", "GET", "/deliveries?wait=", "", `wait must be a duration up to 1m0s, such as "10s"`),
		Entry("of events", "GET", "/events?type=x", "", `there is no query parameter "type" here; there is kind, last`),
		Entry("of deliveries", "GET", "/deliveries?state=failed", "", `there is no query parameter "state" here; there is status, last, wait`),
		Entry("of a new fault", "POST", "/faults?operation=*", `{"operation":"*"}`, `there is no query parameter "operation" here; there is none`),
		Entry("of a reset", "POST", "/reset?users=1", "", `there is no query parameter "users" here; there is none`),
	)

	It("accepts a body without members, chunked or not, where none is needed", func() {
		for _, body := range []string{"", "{}", "null"} {
			r := httptest.NewRequest(http.MethodPost, "/reset", io.MultiReader(strings.NewReader(body)))
			Expect(r.ContentLength).To(BeEquivalentTo(-1))
			r.Host = "127.0.0.1"
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			s.AdminHandler().ServeHTTP(w, r)
			Expect(w.Code).To(Equal(204), body)
			ask("POST", "/reset", body).must(204)
		}
	})

	It("says that a body is missing", func() {
		for _, path := range []string{"/faults", "/clock", "/subscriptions"} {
			refused(ask("POST", path, ""), 400, "the body is missing: it must be a JSON object")
		}
	})

	Describe("lists requests", func() {
		It("with their responses", func() {
			ana.do("POST", "/chat/threads", `{"topic":"x"}`, "X-Own", "1").must(201)
			s.Fail(chattest.ListChatThreads, chattest.Fault{})
			ana.get("/chat/threads").must(503)
			(&person{service: s.Service}).get("/chat/threads").must(401)
			list := items(ask("GET", "/requests", "").must(200).Body)
			Expect(list).To(HaveLen(3))
			Expect(fields(list, "operation")).To(Equal([]string{"Chat_CreateChatThread", "Chat_ListChatThreads", "Chat_ListChatThreads"}))
			Expect(fields(list, "user")).To(Equal([]string{ana.ID, ana.ID, ""}))
			Expect(fields(list, "status")).To(Equal([]string{"201", "503", "401"}))
			Expect(fields(list, "fault")).To(Equal([]string{"", "1", ""}))
			Expect(fields(list, "refused")).To(Equal([]string{"", "", "there is no bearer token"}))
			Expect(field(list[0], "method")).To(Equal("POST"))
			Expect(field(list[0], "host")).To(Equal("127.0.0.1:8443"))
			Expect(field(list[0], "target")).To(Equal("/chat/threads?" + version))
			Expect(field(field(list[0], "header"), "X-Own")).To(Equal(`["1"]`))
			Expect(field(list[0], "body")).To(Equal(`{"topic":"x"}`))
			Expect(field(list[0], "reply")).To(HavePrefix(`{"chatThread":{"id":"19:`))
			for _, q := range list {
				_, err := time.ParseDuration(field(q, "duration"))
				Expect(err).NotTo(HaveOccurred())
				at, err := time.Parse(time.RFC3339Nano, field(q, "at"))
				Expect(err).NotTo(HaveOccurred())
				Expect(at).To(BeTemporally("~", s.Now(), time.Minute))
			}
		})

		It("by operation and number", func() {
			for range 3 {
				ana.mustGet("/chat/threads")
			}
			ana.thread("x")
			Expect(items(ask("GET", "/requests?operation=Chat_ListChatThreads", "").must(200).Body)).To(HaveLen(3))
			Expect(fields(items(ask("GET", "/requests?last=2", "").must(200).Body), "operation")).To(Equal([]string{"Chat_ListChatThreads", "Chat_CreateChatThread"}))
			Expect(items(ask("GET", "/requests?last=99&operation=Chat_CreateChatThread&operation=Chat_ListChatThreads", "").must(200).Body)).To(HaveLen(4))
			refused(ask("GET", "/requests?last=x", ""), 400, "last must be a number that is not negative")
			refused(ask("GET", "/requests?last=-1", ""), 400, "last must be a number that is not negative")
		})

		It("without secrets", func() {
			managerOf(s.Service).post("/identities", `{"createTokenWithScopes":["chat"]}`).must(201)
			ana.get("/chat/threads?x=" + ana.token)
			Expect(ask("GET", "/requests", "").must(200).Body).NotTo(Or(MatchRegexp(`eyJ\w`), ContainSubstring("Bearer"), ContainSubstring("HMAC")))
		})

		It("until they are deleted", func() {
			ana.mustGet("/chat/threads")
			ask("DELETE", "/requests", "").matches(204, "")
			ask("GET", "/requests", "").matches(200, `{"value":[]}`)
			Expect(s.Requests()).To(BeEmpty())
		})
	})

	It("lists its resources and the operations, at the root and at the prefix alone", func() {
		list := ask("GET", "/", "").must(200).Body
		Expect(list).To(And(ContainSubstring(`"path":"/faults"`), ContainSubstring(`"method":"DELETE"`), ContainSubstring(`"ChatThread_SendChatMessage"`)))
		admin := http.StripPrefix("/admin", s.AdminHandler())
		for target, status := range map[string]int{"/admin": 200, "/admin/": 200, "/admin/faults": 200, "/admin/none": 404} {
			r := httptest.NewRequest(http.MethodGet, target, nil)
			r.Host = strings.TrimPrefix(s.Endpoint(), "https://")
			w := httptest.NewRecorder()
			admin.ServeHTTP(w, r)
			Expect(w.Code).To(Equal(status), target)
		}
	})

	It("accepts the names of operations without their group", func() {
		ask("POST", "/faults", `{"operation":"ListChatThreads","status":429}`).
			matches(201, `{"id":1,"operation":"Chat_ListChatThreads","fired":0,"status":429}`)
		ana.get("/chat/threads").must(429)
		Expect(items(ask("GET", "/requests?operation=listchatthreads", "").must(200).Body)).To(HaveLen(1))
		refused(ask("GET", "/requests?operation=None", ""), 400, `there is no operation "None"`)
		refused(ask("POST", "/faults", `{"operation":"Exchange"}`), 400, `the operation "Exchange" is ambiguous: TeamsExtensionToken_Exchange, Entra_Exchange`)
	})

	It("accepts what curl -d sends, and no form of a browser", func() {
		const form = "application/x-www-form-urlencoded"
		ask("POST", "/faults", `{"operation":"*"}`, "Content-Type", form).must(201)
		own := "https://127.0.0.1:8443"
		refused(ask("POST", "/faults", `{"operation":"*"}`, "Content-Type", form, "Origin", own), 400, "the Content-Type must be application/json")
		refused(ask("POST", "/faults", `{"operation":"*"}`, "Content-Type", form, "Sec-Fetch-Site", "same-origin"), 400, "the Content-Type must be application/json")
		Expect(s.Faults()).To(HaveLen(1))
	})

	It("resets everything", func() {
		ana.thread("x")
		ask("POST", "/reset", "").matches(204, "")
		Expect(s.Threads()).To(BeEmpty())
	})

	It("accepts only JSON, which an HTML form can't send", func() {
		for _, media := range []string{"", "text/plain", "multipart/form-data"} {
			refused(ask("POST", "/faults", `{"operation":"*"}`, "Content-Type", media), 400, "the Content-Type must be application/json")
			refused(ask("POST", "/clock", `{"advance":"1h"}`, "Content-Type", media), 400, "the Content-Type must be application/json")
		}
		Expect(s.Faults()).To(BeEmpty())
	})

	It("is not served unless it is mounted", func() {
		for _, path := range []string{"/faults", "/clock", "/requests"} {
			ana.get(path).refused(404, "")
		}
		ana.post("/reset", "").refused(404, "")
	})

	It("is guarded", func() {
		ask("GET", "/faults", "", "Origin", "https://evil.example").must(403)
	})

	It("does not record its own requests", func() {
		ask("GET", "/requests", "").must(200)
		Expect(s.Requests()).To(BeEmpty())
	})
})

var _ = Describe("The guard", func() {
	// guarded asks for a page of a person's.
	guarded := func(endpoint, host string, headers ...string) int {
		GinkgoHelper()
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, Endpoint: endpoint, Hosts: []string{"acs", "acs.local"}}))
		page := s.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			Expect(w.Code).To(Equal(http.StatusForbidden))
			Expect(strings.TrimSpace(w.Body.String())).NotTo(Or(BeEmpty(), ContainSubstring("\n")))
		}
		return w.Code
	}

	DescribeTable("accepts the hosts of the service",
		func(endpoint, host string, status int) { Expect(guarded(endpoint, host)).To(Equal(status)) },
		Entry("its own", "https://127.0.0.1:8443", "127.0.0.1:8443", 200),
		Entry("its own, by another name of the machine", "https://127.0.0.1:8443", "localhost:8443", 200),
		Entry("its own, by the other address of the machine", "https://localhost:8443", "[::1]:8443", 200),
		Entry("its own, in capital letters", "https://chat.contoso.com", "CHAT.contoso.com", 200),
		Entry("its own, with the default port", "https://chat.contoso.com", "chat.contoso.com:443", 200),
		Entry("its own, without the default port", "http://chat.contoso.com:80", "chat.contoso.com", 200),
		Entry("the machine, at the port of a name", "https://chat.contoso.com:8443", "localhost:8443", 200),
		Entry("its own, at a port that is forwarded", "https://127.0.0.1:8443", "127.0.0.1:18443", 200),
		Entry("its own, at the standard port that is forwarded", "https://127.0.0.1:8443", "localhost", 200),
		Entry("a name of the options", "https://127.0.0.1:8443", "acs:8443", 200),
		Entry("a name of the options, in capital letters at another port", "https://127.0.0.1:8443", "ACS.local:443", 200),
		Entry("another name that resolves to the machine", "https://127.0.0.1:8443", "evil.example:8443", 403),
		Entry("a name that looks like it", "https://127.0.0.1:8443", "127.0.0.1.evil.example:8443", 403),
		Entry("a subdomain", "https://localhost:8443", "x.localhost:8443", 403),
		Entry("nothing", "https://127.0.0.1:8443", "", 403),
	)

	DescribeTable("refuses pages of other origins",
		func(status int, headers ...string) {
			Expect(guarded("https://127.0.0.1:8443", "127.0.0.1:8443", headers...)).To(Equal(status))
		},
		Entry("no page", 200),
		Entry("an address that a person types", 200, "Sec-Fetch-Site", "none"),
		Entry("its own page", 200, "Sec-Fetch-Site", "same-origin", "Origin", "https://127.0.0.1:8443"),
		Entry("its own page, in an old browser", 200, "Origin", "https://127.0.0.1:8443"),
		Entry("a page of another site", 403, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"),
		Entry("a page of another site, in an old browser", 403, "Origin", "https://evil.example"),
		Entry("a page elsewhere that sends no origin", 403, "Sec-Fetch-Site", "cross-site"),
		Entry("a page at another port", 403, "Sec-Fetch-Site", "same-site", "Origin", "https://127.0.0.1:9999"),
		Entry("a page at another port, in an old browser", 403, "Origin", "https://127.0.0.1:9999"),
		Entry("a page by another name of the machine", 403, "Origin", "https://localhost:8443"),
		Entry("a page without an origin", 403, "Origin", "null"),
		Entry("an empty origin", 403, "Origin", ""),
		Entry("a malformed origin", 403, "Origin", "https://%zz"),
	)
})

// administer returns a way to ask the admin handler of a service.
func administer(s *chattest.Service) func(method, target, body string, headers ...string) answer {
	admin := s.AdminHandler()
	return func(method, target, body string, headers ...string) answer {
		GinkgoHelper()
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Host = strings.TrimPrefix(s.Endpoint(), "https://")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, r)
		return answer{w.Code, w.Header(), w.Body.String()}
	}
}

// everyOperation calls every operation, with any outcome, and returns their names.
func everyOperation(s *chattest.Service, p *person, thread string) (names []chattest.Operation) {
	GinkgoHelper()
	m := managerOf(s)
	p.thread("x")
	p.get("/chat/threads")
	p.get(thread)
	p.patch(thread, `{}`)
	p.post(thread+"/messages", `{"content":"x"}`)
	p.get(thread + "/messages")
	p.get(thread + "/messages/1")
	p.patch(thread+"/messages/1", `{}`)
	p.delete(thread + "/messages/1")
	p.get(thread + "/participants")
	p.post(thread+"/participants/:add", `{"participants":[]}`)
	p.post(thread+"/participants/:remove", identifier(p.ID))
	p.post(thread+"/typing", "")
	p.get(thread + "/readReceipts")
	p.post(thread+"/readReceipts", `{}`)
	p.delete(thread)
	m.post("/identities", "")
	m.post("/identities/x/:issueAccessToken", `{}`)
	m.post("/identities/x/:revokeAccessTokens", "")
	m.do("DELETE", "/identities/x", "")
	m.post("/teamsUser/:exchangeAccessToken", `{}`)
	m.post("/access/teamsExtension/:exchangeAccessToken", `{}`)
	m.post("/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview", `{}`)
	for method, body := range map[string]string{"GET": "", "PUT": `{}`, "DELETE": ""} {
		m.do(method, "/access/teamsExtension/tenants/x/assignments/x", body)
	}
	for _, q := range s.Requests() {
		Expect(q.Operation).NotTo(BeEmpty(), q.Target)
		names = append(names, q.Operation)
	}
	return names
}
