package inspector_test

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The actions of the page", func() {
	var d *desk

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
	})

	done := func(action string, form url.Values) {
		GinkgoHelper()
		Expect(d.post("/_inspector/"+action, form)).To(And(HaveHTTPStatus(http.StatusSeeOther), HaveHTTPHeaderWithValue("Location", "/")))
	}

	It("create a user, and a token that works", func() {
		done("users", url.Values{})
		Expect(d.Users()).To(HaveLen(1))
		w := d.post("/_inspector/token", url.Values{"user": {d.Users()[0].ID}})
		Expect(w).To(And(HaveHTTPStatus(http.StatusOK), HaveHTTPHeaderWithValue("Content-Type", HavePrefix("text/plain")), HaveHTTPHeaderWithValue("Cache-Control", "no-store")))
		r := request("GET", "/chat/threads?api-version=2025-03-15", "", "Authorization", "Bearer "+w.Body.String())
		Expect(d.do(r)).To(HaveHTTPStatus(http.StatusOK))
		Expect(d.page("/")).NotTo(ContainSubstring(w.Body.String()))
		Expect(d.post("/_inspector/token", url.Values{"user": {"8:acs:unknown"}})).To(And(HaveHTTPStatus(http.StatusBadRequest), HaveHTTPBody(ContainSubstring("there is no such user"))))
	})

	It("send a message as a participant, which the log shows as every other", func() {
		alice := d.NewUser()
		thread := strings.TrimPrefix(d.thread(alice, "First"), "/chat/threads/")
		done("messages", url.Values{"from": {alice.ID}, "to": {thread}, "content": {"From the page: ünïcode."}})
		Expect(d.Texts(thread)).To(Equal([]string{"From the page: ünïcode."}))
		Expect(d.Requests(chattest.SendChatMessage)).To(ConsistOf(HaveField("User", alice)))
	})

	It("say why a message was not sent", func() {
		alice, bob := d.NewUser(), d.NewUser()
		thread := strings.TrimPrefix(d.thread(alice, "First"), "/chat/threads/")
		form := func(user chattest.User) url.Values {
			return url.Values{"from": {user.ID}, "to": {thread}, "content": {"x"}}
		}
		Expect(d.post("/_inspector/messages", form(bob))).To(And(HaveHTTPStatus(http.StatusBadRequest), HaveHTTPBody(ContainSubstring("403"))))
		d.Fail(chattest.SendChatMessage, chattest.Fault{Status: 429})
		Expect(d.post("/_inspector/messages", form(alice))).To(And(HaveHTTPStatus(http.StatusBadRequest), HaveHTTPBody(ContainSubstring("429"))))
		Expect(d.Texts(thread)).To(BeEmpty())
		Expect(d.Requests(chattest.SendChatMessage)).To(HaveLen(2))
	})

	It("send one also while the clock of the service is moved", func() {
		alice := d.NewUser()
		for _, by := range []time.Duration{48 * time.Hour, -96 * time.Hour} {
			d.Advance(by)
			thread := strings.TrimPrefix(d.thread(alice, "First"), "/chat/threads/")
			done("messages", url.Values{"from": {alice.ID}, "to": {thread}, "content": {"x"}})
			Expect(d.Texts(thread)).To(HaveLen(1))
		}
	})

	It("take a snapshot, restore it, and delete everything", func() {
		Expect(d.post("/_inspector/restore", url.Values{})).To(And(HaveHTTPStatus(http.StatusBadRequest), HaveHTTPBody(ContainSubstring("there is no snapshot"))))
		alice := d.NewUser()
		d.thread(alice, "Kept")
		Expect(d.page("/")).NotTo(ContainSubstring("restore-snapshot"))
		done("snapshot", url.Values{})
		Expect(d.page("/")).To(ContainSubstring("restore-snapshot"))
		d.thread(alice, "Lost")
		done("restore", url.Values{})
		Expect(d.Threads()).To(ConsistOf(HaveField("Topic", "Kept")))
		done("reset", url.Values{})
		Expect(d.Users()).To(BeEmpty())
		done("restore", url.Values{})
		Expect(d.Threads()).To(ConsistOf(HaveField("Topic", "Kept")))
	})

	DescribeTable("need the proof that they are of the page", func(action string) {
		d.NewUser()
		Expect(d.do(request("POST", "/_inspector/"+action, "csrf=guessed"))).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(d.Users()).To(HaveLen(1))
	}, Entry(nil, "users"), Entry(nil, "token"), Entry(nil, "messages"), Entry(nil, "reset"), Entry(nil, "snapshot"), Entry(nil, "restore"))
})
