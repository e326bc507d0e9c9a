package chattest_test

import (
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A page of another origin", func() {
	const origin = "https://app.contoso.com"
	var (
		s   *chattest.Server
		ana *person
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana = newPerson(s.Service)
	})
	// preflight is what a browser asks before it sends a request. It has no token.
	preflight := func(s *chattest.Service, method, path, headers string) answer {
		GinkgoHelper()
		ask := []string{"Origin", origin, "Access-Control-Request-Method", method}
		if headers != "" {
			ask = append(ask, "Access-Control-Request-Headers", headers)
		}
		return (&person{service: s}).do("OPTIONS", path, "", ask...)
	}

	DescribeTable("may send the requests of the official client",
		func(path, methods, headers string) {
			for method := range strings.SplitSeq(methods, " ") {
				a := preflight(s.Service, method, path, headers)
				a.matches(204, "")
				Expect(a.Header).To(And(
					HaveKeyWithValue("Access-Control-Allow-Origin", []string{"*"}),
					HaveKeyWithValue("Access-Control-Allow-Methods", []string{"GET, POST, PUT, PATCH, DELETE"}),
					HaveKeyWithValue("Access-Control-Allow-Headers", []string{headers}),
					HaveKeyWithValue("Access-Control-Max-Age", []string{"7200"}),
				))
			}
		},
		Entry("configuration", "/chat/config/realTimeNotifications", "GET", "authorization,x-ms-client-request-id,x-ms-useragent"),
		Entry("threads", "/chat/threads", "GET", "authorization,x-ms-client-request-id,x-ms-useragent"),
		Entry("a new thread", "/chat/threads", "POST", "authorization,content-type,repeatability-request-id,x-ms-client-request-id,x-ms-useragent"),
		Entry("a thread", "/chat/threads/"+unknownThread, "GET PATCH DELETE", "authorization,content-type,x-ms-client-request-id,x-ms-useragent"),
		Entry("messages", "/chat/threads/"+unknownThread+"/messages", "GET POST", "authorization,content-type,x-ms-client-request-id,x-ms-useragent"),
		Entry("a message", "/chat/threads/"+unknownThread+"/messages/1", "GET PATCH DELETE", "authorization,content-type,x-ms-client-request-id,x-ms-useragent"),
		Entry("an action", "/chat/threads/"+unknownThread+"/participants/:add", "POST", "authorization,content-type,x-ms-client-request-id,x-ms-useragent"),
		Entry("an allocation", "/v4/a", "POST", "x-skypetoken"),
		Entry("a handshake", "/socket.io/1/", "GET", "x-skypetoken"),
		Entry("a long poll", "/socket.io/1/xhr-polling/1", "GET POST", "x-skypetoken"),
		Entry("a registration", "/registrar/v3/registrations", "POST", "content-type,x-skypetoken"),
		Entry("the end of a registration", "/registrar/v3/registrations/1", "DELETE", "x-skypetoken"),
		Entry("an unknown path", "/elsewhere", "PUT", "x-own"),
	)

	It("is allowed no headers if it asks for none", func() {
		Expect(preflight(s.Service, "GET", "/chat/threads", "").Header).NotTo(HaveKey("Access-Control-Allow-Headers"))
	})

	It("sends preflights that are recorded and count neither for faults nor for limits", func() {
		fault := s.Fail(chattest.Any, chattest.Fault{Status: 429})
		preflight(s.Service, "GET", "/chat/threads", "authorization").must(204)
		Expect(s.Requests()).To(ContainElement(And(HaveField("Method", "OPTIONS"), HaveField("Status", 204), HaveField("Operation", chattest.Operation("")))))
		ana.get("/chat/threads").must(429)
		Expect(fault.Fired()).To(Equal(1))
	})

	It("can read every response", func() {
		thread := ana.thread("Origin")
		readable := func(status int, p *person, method, target, body string, headers ...string) {
			GinkgoHelper()
			a := p.do(method, target, body, append(headers, "Origin", origin)...).must(status)
			Expect(a.Header).To(HaveKeyWithValue("Access-Control-Allow-Origin", []string{"*"}))
		}
		anonymous, manager := &person{service: s.Service}, managerOf(s.Service)
		readable(200, ana, "GET", thread, "")
		readable(201, ana, "POST", thread+"/messages", `{"content":"x"}`)
		readable(204, ana, "PATCH", thread, `{"topic":"x"}`)
		readable(400, ana, "GET", "/chat/threads/none", "")
		readable(400, ana, "GET", "/chat/threads?api-version=none", "")
		readable(401, anonymous, "GET", thread, "")
		readable(403, newPerson(s.Service), "GET", thread, "")
		readable(404, ana, "GET", "/chat/threads/"+unknownThread, "")
		readable(404, ana, "GET", "/elsewhere", "")
		readable(405, ana, "PUT", thread, "")
		readable(405, ana, "OPTIONS", thread, "") // no preflight: it names no method
		readable(413, ana, "POST", thread+"/messages", `{"content":"`+strings.Repeat("x", 2<<20)+`"}`)
		readable(415, ana, "POST", thread+"/messages", "x", "Content-Type", "text/plain")
		for _, fault := range []chattest.Fault{
			{Status: 429, RetryAfter: 1}, {Status: 500}, {Status: 503}, {ExpiredToken: true}, {RevokedToken: true}, {HTML: true, Status: 502},
		} {
			s.Fail(chattest.GetChatThreadProperties, fault)
			a := ana.do("GET", thread, "", "Origin", origin)
			Expect(a.Status).NotTo(Equal(200))
			Expect(a.Header).To(HaveKeyWithValue("Access-Control-Allow-Origin", []string{"*"}))
		}
		for _, body := range []string{"", "[]"} {
			a := manager.do("POST", "/identities", body, "Origin", origin)
			Expect(a.Header).To(HaveKeyWithValue("Access-Control-Allow-Origin", []string{"*"}))
		}
		readable(401, anonymous, "POST", "/identities?"+identityVersion, "{}")
	})

	It("may not use the identity API, since it might know the access key", func() {
		for _, path := range []string{"/identities", "/identities/8:acs:x/:issueAccessToken", "/teamsUser/:exchangeAccessToken",
			"/access/entra/:exchangeAccessToken", "/identities/none"} {
			a := preflight(s.Service, "POST", path, "authorization,content-type,x-ms-content-sha256,x-ms-date")
			Expect(a.Status).To(BeElementOf(404, 405))
			Expect(a.Header).NotTo(HaveKey("Access-Control-Allow-Headers"))
		}
	})

	It("may use the identity API with BrowserIdentity", func() {
		open := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, BrowserIdentity: true}))
		const headers = "authorization,content-type,x-ms-content-sha256,x-ms-date"
		Expect(preflight(open.Service, "POST", "/identities", headers).must(204).Header).To(
			HaveKeyWithValue("Access-Control-Allow-Headers", []string{headers}))
	})

	It("may not use a guarded handler", func() {
		for _, method := range []string{"GET", "OPTIONS"} {
			r := httptest.NewRequest(method, "/clock", nil)
			r.Host = strings.TrimPrefix(s.Endpoint(), "https://")
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", "GET")
			w := httptest.NewRecorder()
			s.AdminHandler().ServeHTTP(w, r)
			Expect(w.Code).To(Equal(403))
			Expect(w.Header()).NotTo(HaveKey("Access-Control-Allow-Origin"))
		}
	})
})
