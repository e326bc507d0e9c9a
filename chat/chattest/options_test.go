package chattest_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The documented style", func() {
	It("is the style of all errors of chat", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, ErrorStyle: chattest.ErrorStyleDocumented}))
		ana := newPerson(s.Service)
		ana.get("/chat/threads/"+unknownThread).matches(404, documented("NotFound", noSuchThread, ""))
		ana.get("/chat/threads/none").matches(400, documented("BadRequest", "Bad Request.", ""))
		ana.get("/elsewhere").matches(404, documented("NotFound", "Not Found.", ""))
		as(s.Service, s.NewUser()).get(ana.thread("Private")).matches(403, documented("Forbidden", notAllowed, ""))
		s.Fail(chattest.Any, chattest.Fault{Status: 429})
		ana.get("/chat/threads").matches(429, documented("TooManyRequests", "Rate limit exceeded.", ""))
		ana.token = s.Token(ana.User, 0, "voip")
		ana.get("/chat/threads").matches(403, documented("Forbidden", "User is not allowed to perform specified action.", ""))
		ana.token = "none"
		a := ana.get("/chat/threads")
		a.matches(401, documented("Unauthorized", "Request is not authorized.", ""))
		Expect(a.Header).To(HaveKeyWithValue("Content-Type", []string{"application/json"}))
		Expect(a.Header).NotTo(HaveKey("Api-Supported-Versions"))
	})
})

var _ = Describe("The endpoint", func() {
	It("can be set, and is the host that the transport serves", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, Endpoint: "https://chat.contoso.com:8443/"}))
		Expect(s.Endpoint()).To(Equal("https://chat.contoso.com:8443"))
		Expect(s.ConnectionString()).To(HavePrefix("endpoint=https://chat.contoso.com:8443/;accesskey="))
		ana := newPerson(s.Service)
		ana.mustGet("/chat/threads")
		managerOf(s.Service).post("/identities", "").must(201)
		Expect(s.SetEndpoint("http://127.0.0.1:8080")).To(Succeed())
		Expect(s.Endpoint()).To(Equal("http://127.0.0.1:8080"))
	})

	It("is that of the listener if there is one", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{Endpoint: "https://chat.contoso.com:8443/"}))
		Expect(s.Endpoint()).To(HavePrefix("https://127.0.0.1:"))
	})

	DescribeTable("is refused in one line if it is invalid",
		func(endpoint string) {
			const line = `chattest: the endpoint must be a scheme and a host, such as "https://127.0.0.1:8443", and nothing more`
			_, err := chattest.Open(api.Watch(&chattest.Options{Endpoint: endpoint}))
			Expect(err).To(MatchError(line))
			s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			before := s.Endpoint()
			Expect(s.SetEndpoint(endpoint)).To(MatchError(line))
			Expect(s.Endpoint()).To(Equal(before))
		},
		Entry("only a host", "127.0.0.1:8443"),
		Entry("only a scheme", "https://"),
		Entry("another scheme", "ftp://127.0.0.1"),
		Entry("a path", "https://127.0.0.1/chat"),
		Entry("a query", "https://127.0.0.1?x"),
		Entry("a user", "https://me:secret@127.0.0.1"),
		Entry("a malformed URL", "https://%zz"),
	)
})
