package inspector_test

import (
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("All about a request", func() {
	var (
		d     *desk
		alice chattest.User
	)

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
		alice = d.NewUser()
	})

	It("has its ids, headers and complete, indented bodies, and links to its user and thread", func() {
		thread := d.thread(alice, "First")
		d.send(alice, thread, strings.Repeat("long ", 5000)+"end", "Alice")
		q := d.Requests()[1]
		page := html.UnescapeString(d.page("/_inspector/requests/2"))
		Expect(page).To(And(ContainSubstring("SendChatMessage"), ContainSubstring(q.ReplyHeader.Get("Ms-Cv")), ContainSubstring("<dt>Content-Type</dt>")))
		Expect(page).To(ContainSubstring("{\n  \"content\": \"long long"))
		Expect(page).To(ContainSubstring("long end\",\n"))
		Expect(page).To(And(ContainSubstring(`data-copy="`+alice.ID), ContainSubstring(`data-copy="`+strings.TrimPrefix(thread, "/chat/threads/")), MatchRegexp(`href="/\?user=[^"]+#requests-heading"`), MatchRegexp(`href="/\?thread=[^"]+#requests-heading"`)))
	})

	It("is a page of its own, or the part inside a row, and leads back to where one was", func() {
		d.ask(alice, "GET", "/chat/threads", "")
		Expect(d.page("/_inspector/requests/1?status=2xx")).To(And(ContainSubstring("<html"), ContainSubstring(`href="/?status=2xx#requests-heading"`)))
		Expect(d.page("/_inspector/requests/1?part=")).To(And(Not(ContainSubstring("<html")), ContainSubstring("MS-CV")))
		Expect(d.do(request("GET", "/_inspector/requests/2", ""))).To(And(HaveHTTPStatus(http.StatusNotFound), HaveHTTPBody(ContainSubstring("not in the log any more"))))
	})

	It("has the command that repeats it, without the token", func() {
		thread := d.thread(alice, "First")
		d.send(alice, thread, "It's $HOME.", "")
		page := d.page("/_inspector/requests/2")
		command := regexp.MustCompile(`data-copy="(curl[^"]+)"`).FindStringSubmatch(page)
		Expect(command).To(HaveLen(2))
		Expect(html.UnescapeString(command[1])).To(Equal(`curl -i -X 'POST' '` + endpoint + thread + `/messages?api-version=2025-03-15' \
  --cacert '` + caFile + `' \
  -H "Authorization: Bearer $AZURE_COMMUNICATION_ACCESS_TOKEN" \
  -H 'Content-Type: application/json' \
  --data-raw '{"content":"It'\''s $HOME.","senderDisplayName":"","type":"html"}'`))
	})

	It("shows no secret of the identity API, and keeps the JSON whole", func(ctx SpecContext) {
		d.do(request("GET", "/chat/threads?api-version=2025-03-15&token="+d.Token(alice, 0), "", "X-Secret", "Bearer "+d.Token(alice, 0), "X-Key", accessKey))
		identities, err := identity.NewClientFromConnectionString(d.ConnectionString(), &identity.ClientOptions{ClientOptions: d.ClientOptions().ClientOptions})
		Expect(err).NotTo(HaveOccurred())
		_, err = identities.CreateUserAndToken(ctx, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
		for _, target := range []string{"/_inspector/requests/1", "/_inspector/requests/2"} {
			Expect(d.page(target)).NotTo(Or(ContainSubstring("eyJ"), ContainSubstring(accessKey[:12])))
		}
		bodies := regexp.MustCompile(`(?s)<pre tabindex="0">(\{.*?)</pre>`).FindAllStringSubmatch(d.page("/_inspector/requests/2"), -1)
		Expect(bodies).To(HaveLen(2))
		Expect(html.UnescapeString(bodies[1][1])).To(And(ContainSubstring(`"token": "[redacted]"`), WithTransform(func(text string) bool { return json.Valid([]byte(text)) }, BeTrue())))
	})

	It("is guarded as the page is", func() {
		d.ask(alice, "GET", "/chat/threads", "")
		Expect(d.do(request("GET", "/_inspector/requests/1", "", "Origin", "https://elsewhere.example"))).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(d.do(request("GET", "/_inspector/requests/1", "", "Peer", "192.0.2.1:50000"))).To(HaveHTTPStatus(http.StatusForbidden))
	})
})
