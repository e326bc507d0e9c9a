package chattest_test

import (
	"fmt"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("Listing the requests of an operation that does not exist", func() {
	It("panics, since the list would always be empty", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		Expect(func() { s.Requests(chattest.SendChatMessage, "SendMessage") }).To(PanicWith(ContainSubstring(`"SendMessage"`)))
	})
})

var _ = Describe("The record of requests", func() {
	var (
		s   *chattest.Server
		ana *person
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana = newPerson(s.Service)
	})

	It("has requests and responses, without the token", func() {
		body := `{"topic":"x"}`
		a := ana.do("POST", "/chat/threads?x=%20y&"+version, body, "X-Own", "1")
		Expect(s.Requests()).To(HaveLen(1))
		q := s.Requests()[0]
		Expect(q.Operation).To(Equal(chattest.CreateChatThread))
		Expect(q.Method).To(Equal("POST"))
		Expect(q.Host).To(Equal(strings.TrimPrefix(s.Endpoint(), "https://")))
		Expect(q.Target).To(Equal("/chat/threads?x=%20y&" + version))
		Expect(q.Path).To(Equal("/chat/threads"))
		Expect(q.Query).To(Equal(url.Values{"x": {" y"}, "api-version": {"2025-03-15"}}))
		Expect(q.Header).To(HaveKeyWithValue("X-Own", []string{"1"}))
		Expect(q.Header).NotTo(HaveKey("Authorization"))
		Expect(string(q.Body)).To(Equal(body))
		Expect(q.Status).To(Equal(201))
		Expect(string(q.Reply)).To(Equal(a.Body))
		for name, sent := range a.Header { // the service sends some in a spelling of its own
			Expect(q.ReplyHeader.Values(name)).To(Equal(sent), name)
		}
		Expect(q.ReplyHeader).To(HaveLen(len(a.Header)))
		Expect(q.Duration).To(BeNumerically(">", 0))
	})

	It("numbers them, also beyond a reset", func() {
		ana.mustGet("/chat/threads")
		ana.mustGet("/chat/threads")
		Expect(s.Requests()[1].ID).To(Equal(2))
		s.Reset()
		newPerson(s.Service).mustGet("/chat/threads")
		Expect(s.Requests()[0].ID).To(Equal(3))
	})

	It("is in the order of the responses, and can be filtered by operation", func() {
		thread := ana.thread("x")
		ana.mustGet(thread)
		ana.mustGet(thread + "/messages")
		ana.get("/elsewhere")
		operations := func(ops ...chattest.Operation) (found []chattest.Operation) {
			for _, q := range s.Requests(ops...) {
				found = append(found, q.Operation)
			}
			return found
		}
		all := []chattest.Operation{chattest.CreateChatThread, chattest.GetChatThreadProperties, chattest.ListChatMessages, ""}
		Expect(operations()).To(Equal(all))
		Expect(operations(chattest.Any)).To(Equal(all))
		Expect(operations(chattest.ListChatMessages, chattest.CreateChatThread)).To(Equal([]chattest.Operation{chattest.CreateChatThread, chattest.ListChatMessages}))
		Expect(operations(chattest.SendChatMessage)).To(BeEmpty())
	})

	It("names every operation as the contract does", func() {
		thread := ana.thread("x", newPerson(s.Service))
		id := ana.send(thread, "x")
		ana.mustGet("/chat/threads")
		ana.mustGet(thread)
		ana.mustPatch(thread, `{"topic":"y"}`)
		ana.mustGet(thread + "/messages")
		ana.mustGet(thread + "/messages/" + id)
		ana.mustPatch(thread+"/messages/"+id, `{"content":"y"}`)
		ana.mustDelete(thread + "/messages/" + id)
		ana.mustGet(thread + "/participants")
		ana.post(thread+"/participants/:add", `{"participants":[]}`).must(201)
		ana.post(thread+"/participants/:remove", identifier(s.NewUser().ID)).must(204)
		ana.post(thread+"/typing", "").must(200)
		ana.mustGet(thread + "/readReceipts")
		ana.post(thread+"/readReceipts", `{"chatMessageId":"`+id+`"}`).must(200)
		ana.mustDelete(thread)
		var names []string
		for _, q := range s.Requests() {
			names = append(names, string(q.Operation))
		}
		Expect(names).To(Equal([]string{
			"Chat_CreateChatThread", "ChatThread_SendChatMessage", "Chat_ListChatThreads", "ChatThread_GetChatThreadProperties",
			"ChatThread_UpdateChatThreadProperties", "ChatThread_ListChatMessages", "ChatThread_GetChatMessage", "ChatThread_UpdateChatMessage",
			"ChatThread_DeleteChatMessage", "ChatThread_ListChatParticipants", "ChatThread_AddChatParticipants", "ChatThread_RemoveChatParticipant",
			"ChatThread_SendTypingNotification", "ChatThread_ListChatReadReceipts", "ChatThread_SendChatReadReceipt", "Chat_DeleteChatThread",
		}))
	})

	It("is bounded and drops the oldest", func() {
		ana.token = ""
		for i := range 10_010 {
			ana.get(fmt.Sprint("/chat/threads?n=", i, "&", version))
		}
		all := s.Requests()
		Expect(all).To(HaveLen(10_000))
		Expect(all[0].Query.Get("n")).To(Equal("10"))
		for range 70 {
			ana.post("/chat/threads", strings.Repeat("x", 1<<20))
		}
		Expect(len(s.Requests())).To(BeNumerically("~", 64, 1))
	})
})

// failedTest is a TB whose test has failed, or not.
type failedTest struct {
	failed   bool
	cleanups []func()
	log      strings.Builder
	fatal    string
}

func (t *failedTest) Helper()                           {}
func (t *failedTest) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *failedTest) Fatalf(format string, args ...any) { t.fatal = fmt.Sprintf(format, args...) }
func (t *failedTest) Logf(format string, args ...any)   { fmt.Fprintf(&t.log, format+"\n", args...) }
func (t *failedTest) Failed() bool                      { return t.failed }

func (t *failedTest) end() {
	for _, f := range t.cleanups {
		f()
	}
}

var _ = Describe("A server", func() {
	It("shows the last requests of a failed test, bounded and without tokens", func() {
		t := &failedTest{failed: true}
		s := chattest.NewServer(t, api.Watch(nil))
		ana := newPerson(s.Service)
		thread := ana.thread("x")
		for i := range 30 {
			ana.send(thread, fmt.Sprint("number ", i))
		}
		ana.send(thread, "secret "+ana.token)
		ana.send(thread, strings.Repeat("y", 9999))
		t.end()
		log := t.log.String()
		Expect(log).To(HavePrefix("the last 20 of 33 requests:\nPOST " + thread + "/messages?" + version + ": 201 after "))
		Expect(log).To(ContainSubstring("\n> {\"content\":\"number 29\"}\n< {\"id\":\""))
		Expect(log).NotTo(Or(ContainSubstring("number 11"), ContainSubstring(ana.token[:30])))
		Expect(log).To(ContainSubstring(`{"content":"secret [redacted]"}`))
		Expect(log).To(ContainSubstring(strings.Repeat("y", 1900)))
		Expect(log).To(ContainSubstring("y… (10013 bytes)"))
		Expect(log).NotTo(ContainSubstring(strings.Repeat("y", 2001)))
	})

	It("shows nothing if the test passes", func() {
		t := &failedTest{}
		s := chattest.NewServer(t, api.Watch(nil))
		newPerson(s.Service).thread("x")
		t.end()
		Expect(t.log.String()).To(BeEmpty())
	})

	It("ends with the test", func() {
		t := &failedTest{}
		s := chattest.NewServer(t, api.Watch(nil))
		client := s.HTTPClient()
		t.end()
		_, err := client.Get(s.Endpoint())
		Expect(err).To(MatchError(ContainSubstring("refused")))
	})

	It("fails the test if it can't start", func() {
		t := &failedTest{}
		Expect(chattest.NewServer(t, api.Watch(&chattest.Options{Path: GinkgoT().TempDir()}))).To(BeNil())
		Expect(t.fatal).To(HavePrefix("chattest: open "))
	})

	It("has a connection string", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(nil))
		Expect(s.Endpoint()).To(MatchRegexp(`^https://127\.0\.0\.1:\d+$`))
		Expect(s.ConnectionString()).To(MatchRegexp(`^endpoint=` + s.Endpoint() + `/;accesskey=[A-Za-z0-9+/]{86}==$`))
	})
})
