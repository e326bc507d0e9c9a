package inspector_test

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("Event Grid on the page", func() {
	var (
		d      *desk
		alice  chattest.User
		status atomic.Int64
		asked  atomic.Int64
	)
	// consents is a webhook of CloudEvents.
	consents := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WebHook-Allowed-Origin", "*")
		w.Header().Set("WebHook-Allowed-Rate", "*")
		if r.Method == http.MethodPost {
			asked.Add(1)
			w.WriteHeader(int(status.Load()))
		}
	})
	subscribe := func(name string) *chattest.Subscription {
		return d.DeliverEvents(consents, &chattest.SubscriptionOptions{
			Name: name, Schema: events.SchemaCloudEvents, EventTypes: []string{"ChatMessageReceivedInThread"}, Target: "/events?code=s3cret",
		})
	}
	settle := func() {
		GinkgoHelper()
		Expect(d.WaitForDeliveries(context.Background())).To(Succeed())
	}

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
		alice = d.NewUser()
		status.Store(200)
		asked.Store(0)
	})

	It("tells how to subscribe a webhook", func() {
		Expect(d.page("/")).To(ContainSubstring("No webhook receives events."))
	})

	It("has the subscriptions, without secrets, and why a handshake failed", func() {
		d.Fail(chattest.ValidateWebhook, chattest.Fault{Status: 503, Times: 1})
		subscribe("bot")
		settle()
		Expect(d.page("/")).To(And(ContainSubstring("https://webhook.invalid/events?code=[redacted]"), ContainSubstring(">validating<"),
			ContainSubstring("answered 503 Service Unavailable"), Not(ContainSubstring("s3cret"))))
	})

	It("begins a failed handshake again", func() {
		d.Fail(chattest.ValidateWebhook, chattest.Fault{Times: 120})
		e := subscribe("bot")
		for range 120 {
			settle()
			d.Advance(chattest.HandshakeInterval)
		}
		settle()
		Expect(d.page("/")).To(And(ContainSubstring(">failed<"), ContainSubstring("Handshake again")))
		Expect(d.post("/_inspector/webhooks", url.Values{"name": {"bot"}})).To(HaveHTTPStatus(http.StatusSeeOther))
		settle()
		Expect(e.State()).To(Equal(chattest.SubscriptionActive))
		Expect(d.page("/")).To(And(ContainSubstring(">active<"), Not(ContainSubstring("Handshake again"))))
	})

	It("has the latest deliveries with their status, attempts and outcome, of the chosen thread", func() {
		subscribe("bot")
		settle()
		first, second := d.thread(alice, "First"), d.thread(alice, "Second")
		for range 30 {
			d.send(alice, first, "x", "")
		}
		settle()
		Expect(d.page("/")).To(And(ContainSubstring(">delivered<"), ContainSubstring("20 of 30"), ContainSubstring("ChatMessageReceivedInThread")))
		status.Store(500)
		d.send(alice, second, "x", "")
		settle()
		d.Advance(chattest.RetryDelay(1))
		settle()
		Expect(d.page("/?thread=" + url.QueryEscape(strings.TrimPrefix(second, "/chat/threads/")))).To(And(ContainSubstring(">waiting<"),
			ContainSubstring("2 attempts"), ContainSubstring("again at"), ContainSubstring("the webhook answered 500"), ContainSubstring("1 of 1"),
			Not(ContainSubstring(">delivered<"))))
	})

	It("names the subscription of a delivery if there are several", func() {
		subscribe("bot")
		subscribe("archive")
		settle()
		d.send(alice, d.thread(alice, "First"), "x", "")
		settle()
		Expect(d.page("/")).To(And(ContainSubstring("· bot ·"), ContainSubstring("· archive ·")))
	})

	It("shows events of an earlier run that wait for a subscription, which can't be sent again", func() {
		path := filepath.Join(GinkgoT().TempDir(), "chat.db")
		d = newDeskWith(&chattest.Options{Path: path})
		status.Store(500)
		subscribe("bot")
		user := d.NewUser()
		d.send(user, d.thread(user, "First"), "x", "")
		settle()
		Expect(d.page("/")).To(ContainSubstring("Send again"))
		Expect(d.Close()).To(Succeed())
		d = newDeskWith(&chattest.Options{Path: path})
		DeferCleanup(d.Close)
		Expect(d.page("/")).To(And(ContainSubstring("No webhook receives events."), ContainSubstring(">waiting<"), ContainSubstring("· bot ·"), Not(ContainSubstring("Send again"))))
	})

	It("sends an event again", func() {
		subscribe("bot")
		settle()
		status.Store(400)
		d.send(alice, d.thread(alice, "First"), "x", "")
		settle()
		Expect(d.page("/")).To(ContainSubstring(">failed<"))
		status.Store(204)
		again := url.Values{"id": {d.Deliveries()[0].ID}}
		Expect(d.post("/_inspector/deliveries?status=failed", again)).To(And(HaveHTTPStatus(http.StatusSeeOther), HaveHTTPHeaderWithValue("Location", "/?status=failed")))
		settle()
		Expect(asked.Load()).To(BeEquivalentTo(2))
		Expect(d.page("/")).To(And(ContainSubstring(">delivered<"), ContainSubstring("204 No Content")))
		Expect(d.post("/_inspector/deliveries", url.Values{"id": {"9-9"}})).To(HaveHTTPStatus(http.StatusSeeOther))
	})
})
