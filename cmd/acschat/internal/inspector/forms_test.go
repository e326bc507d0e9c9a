package inspector_test

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The forms of the page", func() {
	var d *desk

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
	})

	fault := func(kind, when, n string) url.Values {
		return url.Values{"operation": {"ChatThread_SendChatMessage"}, "kind": {kind}, "when": {when}, "n": {n}}
	}

	It("add faults, show them, and return to the previous view", func() {
		w := d.post("/_inspector/faults?status=failed", fault("too-many", "every", "3"))
		Expect(w).To(And(HaveHTTPStatus(http.StatusSeeOther), HaveHTTPHeaderWithValue("Location", "/?status=failed")))
		Expect(d.Faults()).To(HaveLen(1))
		Expect(d.Faults()[0].Operation()).To(Equal(chattest.SendChatMessage))
		Expect(d.Faults()[0].Fault()).To(Equal(chattest.Fault{Status: 429, RetryAfter: 2 * time.Second, Every: 3}))
		Expect(d.page("/")).To(And(ContainSubstring("429: too many requests"), ContainSubstring("1 of 3 requests"), ContainSubstring("fault 1 has hit 0")))
	})

	It("offer the accepted values, for every operation", func() {
		page := d.page("/")
		offered := func(name string) (values []string) {
			menu := regexp.MustCompile(`(?s)<select [^>]*name="` + name + `">.*?</select>`).FindString(page)
			for _, option := range regexp.MustCompile(`value="([^"]+)"`).FindAllStringSubmatch(menu, -1) {
				values = append(values, option[1])
			}
			Expect(values).NotTo(BeEmpty(), name)
			return values
		}
		form := fault("slow", "next", "2")
		events := []string{"lost-event", "double-event", "late-event", "message-loss", "dropped"}
		statusFor := func(form url.Values) int {
			switch kind := form.Get("kind"); {
			case form.Get("operation") == string(chattest.DeliverEvent):
				return http.StatusSeeOther
			case slices.Contains(events, kind), kind == "no-ack":
				return http.StatusBadRequest // requests have no events
			}
			return http.StatusSeeOther
		}
		form.Set("operation", "*") // some faults can hit only some operations
		for _, name := range []string{"operation", "kind", "when"} {
			original := form.Get(name)
			for _, value := range offered(name) {
				form.Set(name, value)
				Expect(d.post("/_inspector/faults", form)).To(HaveHTTPStatus(statusFor(form)), "%v", form)
			}
			form.Set(name, original)
		}
		Expect(offered("operation")).To(HaveLen(37)) // the operations of chat, of identity, of the real-time connection and of Event Grid, and any

		form.Set("operation", string(chattest.DeliverEvent))
		for _, kind := range events {
			form.Set("kind", kind)
			Expect(d.post("/_inspector/faults", form)).To(HaveHTTPStatus(http.StatusSeeOther), kind)
		}
		for op, kinds := range map[chattest.Operation][]string{
			chattest.DeliverToWebhook: {"lost-event", "double-event", "late-event", "lost", "slow", "unavailable"}, chattest.ValidateWebhook: {"lost", "slow", "error"},
		} {
			for _, kind := range kinds {
				form = url.Values{"operation": {string(op)}, "kind": {kind}, "when": {"next"}}
				Expect(d.post("/_inspector/faults", form)).To(HaveHTTPStatus(http.StatusSeeOther), "%v", form)
			}
		}
		form = url.Values{"operation": {string(chattest.AcknowledgeFrame)}, "kind": {"no-ack"}, "when": {"next"}}
		Expect(d.post("/_inspector/faults", form)).To(HaveHTTPStatus(http.StatusSeeOther))
		Expect(d.page("/")).To(And(ContainSubstring("events: one is lost"), ContainSubstring("frames: one is not acknowledged")))
	})

	DescribeTable("report an invalid value", func(target string, change url.Values, says string) {
		form := fault("slow", "next", "2")
		maps.Copy(form, change)
		Expect(d.post(target, form)).To(And(HaveHTTPStatus(http.StatusBadRequest), HaveHTTPBody(ContainSubstring(says))))
		Expect(d.Faults()).To(BeEmpty())
		Expect(d.Now()).To(BeTemporally("~", time.Now(), time.Minute))
	},
		Entry("of the operation", "/_inspector/faults", url.Values{"operation": {"Chat_Nothing"}}, `unknown operation`),
		Entry("of the kind", "/_inspector/faults", url.Values{"kind": {"x"}}, `unknown kind of fault "x"`),
		Entry("of the time", "/_inspector/faults", url.Values{"when": {"x"}}, `unknown time of a fault`),
		Entry("of a request that has no events", "/_inspector/faults", url.Values{"kind": {"lost-event"}}, "faults of events are those of Realtime_DeliverEvent"),
		Entry("of an event that has no status", "/_inspector/faults", url.Values{"operation": {"Realtime_DeliverEvent"}, "kind": {"error"}}, "Realtime_DeliverEvent"),
		Entry("of the number", "/_inspector/faults", url.Values{"n": {"0"}}, "n must be between 1 and 10000"),
		Entry("of the duration", "/_inspector/clock", url.Values{"by": {"soon"}}, "such as 90m"),
		Entry("of a duration that is too long", "/_inspector/clock", url.Values{"by": {"2000000h"}}, "between 2000 and 2200"),
	)

	It("remove one fault, or all", func() {
		for range 3 {
			d.Fail(chattest.Any, chattest.Fault{Times: -1})
		}
		Expect(d.post("/_inspector/faults/off", url.Values{"id": {"2"}})).To(HaveHTTPStatus(http.StatusSeeOther))
		Expect(d.Faults()).To(HaveLen(2))
		Expect(d.post("/_inspector/faults/off", url.Values{"id": {"2"}})).To(HaveHTTPStatus(http.StatusSeeOther))
		Expect(d.post("/_inspector/faults/off", url.Values{"id": {"all"}})).To(HaveHTTPStatus(http.StatusSeeOther))
		Expect(d.Faults()).To(BeEmpty())
	})

	It("move the clock forward and back, and reset it", func() {
		move := func(form url.Values, by time.Duration) {
			GinkgoHelper()
			Expect(d.post("/_inspector/clock", form)).To(HaveHTTPStatus(http.StatusSeeOther))
			Expect(d.Now()).To(BeTemporally("~", time.Now().Add(by), time.Minute))
		}
		move(url.Values{"by": {"90m"}}, 90*time.Minute)
		Expect(d.page("/")).To(ContainSubstring("1h30m0s ahead"))
		move(url.Values{"by": {"-2h"}}, -30*time.Minute)
		Expect(d.page("/")).To(ContainSubstring("30m0s behind"))
		move(url.Values{"by": {"ignored"}, "step": {"24h"}}, 23*time.Hour+30*time.Minute)
		move(url.Values{"step": {"right"}}, 0)
		Expect(d.page("/")).NotTo(Or(ContainSubstring(" ahead<"), ContainSubstring(" behind<")))
	})

	DescribeTable("require the CSRF token of this process", func(proof string) {
		form := fault("slow", "next", "2")
		form.Set("csrf", proof)
		Expect(d.do(request("POST", "/_inspector/faults", form.Encode()))).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(d.do(request("POST", "/_inspector/faults?"+form.Encode(), "x=y"))).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(d.Faults()).To(BeEmpty())
	},
		Entry("no token", ""),
		Entry("a token of another process", "AAAAAAAAAAAAAAAAAAAAAAAAAA"),
	)

	It("reject other origins, even with the token", func() {
		Expect(d.post("/_inspector/faults", fault("slow", "next", "2"), "Origin", "https://elsewhere.example")).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(d.post("/_inspector/faults", fault("slow", "next", "2"), "Origin", endpoint, "Sec-Fetch-Site", "same-origin")).To(HaveHTTPStatus(http.StatusSeeOther))
		Expect(d.Faults()).To(HaveLen(1))
	})
})
