package inspector_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
)

const (
	endpoint  = "https://127.0.0.1:8443"
	thisHost  = "127.0.0.1:8443"
	thisPeer  = "127.0.0.1:50000"
	caFile    = "/home/ana/the ca.pem"
	accessKey = "bm90LWEtcmVhbC1rZXkvMDEyMzQ1Njc4OWFiY2RlZiE="
)

// desk is a service with its inspector.
type desk struct {
	*chattest.Service

	handler http.Handler
}

func newDesk(ending <-chan struct{}) *desk {
	GinkgoHelper()
	return newDeskOf(inspector.New(ending), &chattest.Options{})
}

// newDeskWith returns one of a service with options.
func newDeskWith(options *chattest.Options) *desk {
	GinkgoHelper()
	return newDeskOf(inspector.New(nil), options)
}

func newDeskOf(i *inspector.Inspector, options *chattest.Options) *desk {
	GinkgoHelper()
	options.Endpoint, options.AccessKey, options.OnRequest, options.OnDelivery = endpoint, accessKey, i.Observe, i.ObserveDelivery
	s, err := chattest.Open(api.Watch(options))
	Expect(err).NotTo(HaveOccurred())
	return &desk{s, i.Handler(s, s, caFile)}
}

// request sends a request as a local browser does. Headers are pairs of name and value.
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host, r.RemoteAddr = thisHost, thisPeer
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		switch headers[i] {
		case "Host":
			r.Host = headers[i+1]
		case "Peer":
			r.RemoteAddr = headers[i+1]
		default:
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

func (d *desk) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

// page returns the page at a target.
func (d *desk) page(target string) string {
	GinkgoHelper()
	w := d.do(request("GET", target, ""))
	Expect(w).To(HaveHTTPStatus(http.StatusOK))
	return w.Body.String()
}

// proofField is the field of a form that proves that it is from the page.
var proofField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// post sends a form of the page, with its CSRF token.
func (d *desk) post(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	GinkgoHelper()
	proof := proofField.FindStringSubmatch(d.page("/"))
	Expect(proof).To(HaveLen(2))
	form.Set("csrf", proof[1])
	return d.do(request("POST", target, form.Encode(), headers...))
}

// quote returns a text as JSON.
func quote(text string) string {
	b, err := json.Marshal(text)
	Expect(err).NotTo(HaveOccurred())
	return string(b)
}

// ask sends an API request as a user.
func (d *desk) ask(user chattest.User, method, path, body string) *httptest.ResponseRecorder {
	r := request(method, path+"?api-version=2025-03-15", body, "Authorization", "Bearer "+d.Token(user, 0), "Content-Type", "application/json")
	return d.do(r)
}

// thread creates a thread and returns its path.
func (d *desk) thread(user chattest.User, topic string) string {
	GinkgoHelper()
	Expect(d.ask(user, "POST", "/chat/threads", `{"topic":`+quote(topic)+`}`)).To(HaveHTTPStatus(http.StatusCreated))
	threads := d.Threads()
	return "/chat/threads/" + threads[len(threads)-1].ID
}

func (d *desk) send(user chattest.User, thread, content, name string) {
	GinkgoHelper()
	body := `{"content":` + quote(content) + `,"senderDisplayName":` + quote(name) + `,"type":"html"}`
	Expect(d.ask(user, "POST", thread+"/messages", body)).To(HaveHTTPStatus(http.StatusCreated))
}

var _ = Describe("The page", func() {
	var (
		d     *desk
		alice chattest.User
	)

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
		alice = d.NewUser()
	})

	It("shows threads, users, messages and requests", func() {
		d.send(alice, d.thread(alice, "Release 4.2"), "Canary is green.", "Alice")
		page := d.page("/")
		Expect(page).To(And(ContainSubstring("Release 4.2"), ContainSubstring("Canary is green."), ContainSubstring("Alice")))
		_, own, _ := strings.Cut(alice.ID, "_")
		Expect(page).To(And(ContainSubstring(own), ContainSubstring("SendChatMessage"), ContainSubstring(">201<")))
	})

	It("says what to do if it is empty", func() {
		d.Reset()
		Expect(d.page("/")).To(And(ContainSubstring("No threads yet."), ContainSubstring("No users yet."), ContainSubstring("No requests yet."), ContainSubstring("No faults are on.")))
	})

	It("shows every text as text", func() {
		const hostile = `"'><script>alert(1)</script>` + "\u2028" + `<img src=x onerror=alert(2)>{{.}}`
		thread := d.thread(alice, hostile)
		d.send(alice, thread, hostile, hostile)
		d.ask(alice, "GET", "/chat/"+url.PathEscape(hostile), "")
		for _, page := range []string{d.page("/"), d.page("/?status=failed&thread=" + url.QueryEscape(hostile))} {
			Expect(page).NotTo(Or(ContainSubstring("<script>a"), ContainSubstring("<img"), ContainSubstring(`"'>`)))
		}
		Expect(d.page("/")).To(ContainSubstring("&lt;script&gt;alert(1)"))
	})

	It("stays at a selected thread, and otherwise follows the most recent one", func() {
		first, second := d.thread(alice, "First"), d.thread(alice, "Second")
		Expect(d.page("/")).To(ContainSubstring(`<h3><span class="topic">Second`))
		d.send(alice, first, "Here.", "")
		Expect(d.page("/")).To(ContainSubstring(`<h3><span class="topic">First`))
		Expect(d.page("/?thread=" + url.QueryEscape(strings.TrimPrefix(second, "/chat/threads/")))).To(ContainSubstring(`<h3><span class="topic">Second`))
		Expect(d.page("/?thread=19:nowhere@thread.v2")).To(ContainSubstring("There is no such thread."))
	})

	It("marks failed requests and shows why they failed", func() {
		d.ask(alice, "GET", "/chat/threads", "")
		d.Revoke(alice)
		d.do(request("GET", "/chat/threads/19:x@thread.v2?api-version=2025-03-15", ""))
		Expect(d.page("/")).To(And(MatchRegexp(`<li data-key="\d+" class="failed">`), ContainSubstring("there is no bearer token"), ContainSubstring("ListChatThreads")))
		Expect(d.page("/?status=failed")).NotTo(ContainSubstring(`"what word">ListChatThreads`))
	})

	It("shows no token and no key, wherever they appear", func() {
		token := d.Token(alice, 0)
		thread := d.thread(alice, "It is "+accessKey)
		d.send(alice, thread, "My token is "+token, token)
		d.do(request("GET", "/chat/threads?api-version=2025-03-15&token="+token, "", "Authorization", "Bearer "+token))
		page := d.page("/")
		Expect(page).To(And(ContainSubstring("My token is [redacted]"), ContainSubstring("It is [redacted]")))
		Expect(page).NotTo(Or(ContainSubstring(token[:40]), ContainSubstring(accessKey[:12]), ContainSubstring("Bearer e")))
	})

	It("limits its length", func() {
		thread := d.thread(alice, "Long")
		d.send(alice, thread, strings.Repeat("é", 14_000), "")
		d.NewUsers(500)
		for range 150 {
			d.send(alice, thread, "x", "")
		}
		page := d.page("/")
		Expect(len(page)).To(BeNumerically("<", 200_000))
		Expect(page).To(ContainSubstring("1–50 of 153")) // 151 messages and two system messages
	})

	It("forbids loading from other origins and framing", func() {
		for _, target := range []string{"/", "/_inspector/page.js", "/_inspector/page.css", "/_inspector/icon.svg"} {
			w := d.do(request("GET", target, ""))
			Expect(w).To(And(HaveHTTPStatus(http.StatusOK), HaveHTTPHeaderWithValue("X-Content-Type-Options", "nosniff"),
				HaveHTTPHeaderWithValue("Referrer-Policy", "same-origin"), HaveHTTPHeaderWithValue("Cache-Control", "no-store"),
				HaveHTTPHeaderWithValue("Content-Security-Policy", HavePrefix("default-src 'none'; script-src 'self'; style-src 'self';")),
				HaveHTTPHeaderWithValue("Content-Security-Policy", HaveSuffix("frame-ancestors 'none'"))), target)
			Expect(w.Body.String()).NotTo(MatchRegexp(`(src|href|action)="(https?:)?//`))
		}
		Expect(d.page("/")).NotTo(MatchRegexp(`<script>|<style|style="| on[a-z]+="`))
	})

	It("lets browsers keep its files as long as they do not change", func() {
		files := regexp.MustCompile(`(?:href|src)="(/_inspector/[a-z.]+\?v=[0-9a-f]{16})"`).FindAllStringSubmatch(d.page("/"), -1)
		Expect(files).To(HaveLen(3))
		for _, file := range files {
			Expect(d.do(request("GET", file[1], ""))).To(And(HaveHTTPStatus(http.StatusOK), HaveHTTPHeaderWithValue("Cache-Control", ContainSubstring("immutable"))))
			Expect(d.do(request("GET", file[1][:len(file[1])-1], ""))).To(HaveHTTPHeaderWithValue("Cache-Control", "no-store"), "of another version")
		}
	})

	DescribeTable("rejects", func(headers ...string) {
		d.thread(alice, "Secret")
		for _, r := range []*http.Request{
			request("GET", "/", "", headers...), request("GET", "/_inspector/events", "", headers...),
			request("POST", "/_inspector/faults", "operation=*", headers...),
		} {
			w := d.do(r)
			Expect(w).To(HaveHTTPStatus(http.StatusForbidden), r.URL.Path)
			Expect(w.Body.String()).NotTo(ContainSubstring("Secret"))
		}
	},
		Entry("rebound host names", "Host", "rebound.example:8443"),
		Entry("pages of other origins", "Origin", "https://elsewhere.example"),
		Entry("sandboxed pages", "Origin", "null"),
		Entry("loads of cross-site pages", "Sec-Fetch-Site", "cross-site"),
		Entry("loads of same-site pages", "Sec-Fetch-Site", "same-site"),
		Entry("other machines, with any host name", "Peer", "192.0.2.1:50000"),
	)

	It("does not change the API", func() {
		Expect(d.ask(alice, "GET", "/chat/threads", "")).To(HaveHTTPStatus(http.StatusOK))
		Expect(d.do(request("POST", "/", ""))).To(HaveHTTPBody(ContainSubstring("CommunicationError")))
		Expect(d.do(request("GET", "/chat/threads?api-version=2025-03-15", "", "Host", "elsewhere.example"))).To(HaveHTTPStatus(http.StatusUnauthorized))
		d.page("/")
		Expect(d.Requests()).To(HaveLen(3)) // without those of the page
	})
})
