package chattest_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The wire", func() {
	// raw sends a request over the socket and returns the head and the body as they came.
	raw := func(s *chattest.Server, body string, lines ...string) (head []string, reply string) {
		GinkgoHelper()
		host := strings.TrimPrefix(s.Endpoint(), "https://")
		conn, err := tls.Dial("tcp", host, &tls.Config{InsecureSkipVerify: true})
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprint(conn, strings.Join(append(lines, "Host: "+host, "Connection: close", "", body), "\r\n"))
		Expect(err).NotTo(HaveOccurred())
		read := new(strings.Builder)
		_, err = bufio.NewReader(conn).WriteTo(read)
		Expect(err).NotTo(HaveOccurred())
		text, reply, _ := strings.Cut(read.String(), "\r\n\r\n")
		return strings.Split(text, "\r\n"), reply
	}
	names := func(head []string) (names []string) {
		for _, line := range head[1:] {
			name, _, _ := strings.Cut(line, ":")
			names = append(names, name)
		}
		return names
	}
	var (
		s    *chattest.Server
		ana  *person
		auth string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		ana = newPerson(s.Service)
		auth = "Authorization: Bearer " + ana.token
	})

	It("spells headers as the service does, and sends the length of a success", func() {
		head, body := raw(s, "", "GET /chat/threads?"+version+" HTTP/1.1", auth)
		Expect(head[0]).To(Equal("HTTP/1.1 200 OK"))
		Expect(body).To(Equal(`{"value":[]}`))
		Expect(names(head)).To(ConsistOf("Accept-Ranges", "Access-Control-Expose-Headers", "Connection", "Content-Length", "Content-Type", "Date",
			"MS-CV", "Strict-Transport-Security", "X-Azure-Ref", "X-Cache", "X-Processing-Time", "api-supported-versions"))
		Expect(head).To(ContainElements("Content-Length: 12", "Content-Type: application/json; charset=utf-8"))
	})

	It("sends errors in chunks", func() {
		head, body := raw(s, "", "GET /chat/threads/"+unknownThread+"?"+version+" HTTP/1.1", auth)
		Expect(head[0]).To(Equal("HTTP/1.1 404 Not Found"))
		Expect(head).To(ContainElements("Transfer-Encoding: chunked", "Content-Type: application/json"))
		Expect(names(head)).NotTo(ContainElement("Content-Length"))
		Expect(body).To(ContainSubstring("\r\n" + refusal(404, noSuchThread) + "\r\n0\r\n"))
	})

	It("sends 204 with neither length nor type, and an empty 200 with a length of 0", func() {
		thread := ana.thread("Wire")
		head, body := raw(s, "{}", "PATCH "+thread+"?"+version+" HTTP/1.1", auth, "Content-Type: application/merge-patch+json", "Content-Length: 2")
		Expect(head[0]).To(Equal("HTTP/1.1 204 No Content"))
		Expect(names(head)).NotTo(ContainElement(BeElementOf("Content-Length", "Content-Type", "Transfer-Encoding")))
		Expect(body).To(BeEmpty())
		head, body = raw(s, "", "POST "+thread+"/typing?"+version+" HTTP/1.1", auth, "Content-Length: 0")
		Expect(head[0]).To(Equal("HTTP/1.1 200 OK"))
		Expect(head).To(ContainElement("Content-Length: 0"))
		Expect(names(head)).NotTo(ContainElement("Content-Type"))
		Expect(body).To(BeEmpty())
	})

	It("echoes a request id only when asked", func() {
		Expect(ana.do("GET", "/chat/threads", "", "x-ms-client-request-id", "r").Header).NotTo(HaveKey("X-Ms-Client-Request-Id"))
		Expect(ana.do("GET", "/chat/threads", "", "x-ms-client-request-id", "r", "x-ms-return-client-request-id", "true").Header).
			To(HaveKeyWithValue("X-Ms-Client-Request-Id", []string{"r"}))
	})

	It("lets browsers read the location", func() {
		Expect(ana.do("GET", "/chat/threads", "", "Origin", "https://contoso.com").Header).To(And(
			HaveKeyWithValue("Access-Control-Allow-Origin", []string{"*"}),
			HaveKeyWithValue("Access-Control-Expose-Headers", []string{"Location"})))
	})

	It("names its host in locations and links", func() {
		thread := ana.thread("Wire")
		location := ana.post(thread+"/messages", `{"content":"x"}`).Header.Get("Location")
		Expect(location).To(HavePrefix(s.Endpoint() + "/chat/threads/19%3A"))
		Expect(location).To(MatchRegexp(`@thread\.v2/messages/\d{13}$`))
		Expect(nextLink(ana.mustGet(thread + "/messages?maxPageSize=1").Body)).To(HavePrefix(s.Endpoint() + thread + "/messages?syncState="))
	})
})
