package chattest_test

import (
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The admin handler, for webhooks", func() {
	var (
		s      *chattest.Server
		h      *hook
		url    string
		ask    func(method, target, body string, headers ...string) answer
		thread string
		ana    *person
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		h = &hook{}
		server := httptest.NewServer(h)
		DeferCleanup(server.Close)
		url = server.URL + "/events?code=s3cret"
		ask = administer(s.Service)
		ana = newPerson(s.Service)
		thread = ana.thread("Hooked")
	})

	It("makes, lists and removes subscriptions, without their secrets", func() {
		made := ask("POST", "/subscriptions", `{"url":"`+url+`","name":"bot","schema":"cloudevents","eventTypes":["`+received+`"],"maxEventsPerBatch":10,"concurrency":2}`).must(201)
		Expect(made.Body).To(And(ContainSubstring(`"name":"bot"`), ContainSubstring("code=[redacted]"), Not(ContainSubstring("s3cret"))))
		settle(s.Service)
		list := items(ask("GET", "/subscriptions", "").must(200).Body)
		Expect(list).To(HaveLen(1))
		Expect(field(list[0], "state")).To(Equal("active"))
		Expect(field(list[0], "eventTypes")).To(Equal(`["Microsoft.Communication.` + received + `"]`))
		ask("DELETE", "/subscriptions?name=other", "").must(204)
		Expect(s.Subscriptions()).To(HaveLen(1))
		ask("DELETE", "/subscriptions?name=bot", "").must(204)
		Expect(s.Subscriptions()).To(BeEmpty())
	})

	It("refuses a subscription that is not possible", func() {
		Expect(ask("POST", "/subscriptions", `{"url":"http://contoso.com/?code=s3cret"}`).must(400).Body).To(And(ContainSubstring("must use https"), Not(ContainSubstring("s3cret"))))
		ask("POST", "/subscriptions", `{"address":"x"}`).must(400)
		ask("POST", "/subscriptions", `{"url":"`+url+`","name":"bot"}`).must(201)
		ask("POST", "/subscriptions", `{"url":"`+url+`","name":"bot"}`).
			matches(409, documented("Conflict", `chattest: deliver events: there is a subscription "bot" already; give this one another name`, ""))
	})

	It("lists, repeats and removes deliveries, and waits for those that are due", func() {
		ask("POST", "/subscriptions", `{"url":"`+url+`","eventTypes":["`+received+`"]}`).must(201)
		h.answer = func(d delivery) int { return map[bool]int{true: 400, false: 200}[d.number == 1] }
		ana.send(thread, "one")
		ana.send(thread, "two")
		list := items(ask("GET", "/deliveries?wait=30s", "").must(200).Body)
		Expect(list).To(HaveLen(2))
		Expect(field(list[0], "status")).To(Equal("failed"))
		Expect(field(list[0], "type")).To(Equal("Microsoft.Communication." + received))
		Expect(field(list[0], "attempts")).To(Equal("1"))
		Expect(field(list[0], "outcome")).To(Equal("the webhook answered 400 Bad Request"))
		Expect(field(list[1], "status")).To(Equal("delivered"))

		ask("POST", "/deliveries/"+field(list[0], "id"), "").must(204)
		Expect(items(ask("GET", "/deliveries?wait=30s&status=delivered", "").must(200).Body)).To(HaveLen(2))
		Expect(h.texts()).To(Equal([]any{"one", "two", "one"}))
		Expect(items(ask("GET", "/deliveries?last=1", "").must(200).Body)).To(HaveLen(1))

		ask("DELETE", "/deliveries/"+field(list[0], "id"), "").must(204)
		Expect(s.Deliveries()).To(HaveLen(1))
		ask("DELETE", "/deliveries?status=failed", "").must(204)
		Expect(s.Deliveries()).To(HaveLen(1))
		ask("DELETE", "/deliveries", "").must(204)
		Expect(s.Deliveries()).To(BeEmpty())
	})

	It("refuses impossible requests", func() {
		ask("POST", "/deliveries/9-9", "").must(404)
		ask("DELETE", "/deliveries/9-9", "").must(404)
		ask("GET", "/deliveries?wait=x", "").must(400)
		ask("GET", "/deliveries?wait=2h", "").must(400)
		ask("GET", "/deliveries?last=x", "").must(400)
		s.DeliverEvents(h, nil)
		release := make(chan struct{})
		DeferCleanup(func() { close(release) })
		h.answer = func(delivery) int { <-release; return 200 }
		ana.send(thread, "hi")
		Eventually(h.received).Should(HaveLen(1))
		ask("POST", "/deliveries/"+s.Deliveries()[0].ID, "").must(409)
		ask("DELETE", "/deliveries/"+s.Deliveries()[0].ID, "").must(409)
	})

	It("refuses a status that no delivery has, or that none to remove has", func() {
		s.DeliverEvents(h, nil)
		ana.send(thread, "hi")
		settle(s.Service)
		ask("GET", "/deliveries?status=lost", "").matches(400, documented("BadRequest", "status must be one of [waiting running delivered failed]", ""))
		ask("GET", "/deliveries?status=running", "").must(200)
		for _, status := range []string{"lost", "Delivered", "running"} {
			ask("DELETE", "/deliveries?status="+status, "").matches(400, documented("BadRequest", "status must be one of [waiting delivered failed]", ""))
		}
		Expect(s.Deliveries()).NotTo(BeEmpty())
	})

	It("answers 500 if the store can't be written or the service is closed", func() {
		s.DeliverEvents(h, nil)
		ana.send(thread, "hi")
		settle(s.Service)
		delivery := "/deliveries/" + s.Deliveries()[0].ID
		fails := func(problem string) {
			GinkgoHelper()
			for _, method := range []string{"POST", "DELETE"} {
				Expect(ask(method, delivery, "").must(500).Body).To(ContainSubstring(problem))
			}
			Expect(ask("DELETE", "/deliveries", "").must(500).Body).To(ContainSubstring(problem))
		}
		s.BeforeCommit(func() { panic("no space") })
		fails("no space")
		s.BeforeCommit(nil)
		ask("POST", delivery, "").must(204)
		settle(s.Service)
		Expect(s.Close()).To(Succeed())
		fails("the service is closed")
		Expect(ask("POST", "/subscriptions", `{"url":"`+url+`","name":"late"}`).must(500).Body).To(ContainSubstring("the service is closed"))
	})

	It("injects faults", func() {
		ask("POST", "/faults", `{"operation":"DeliverToWebhook","loseReply":true}`).must(201)
		ask("POST", "/faults", `{"operation":"ValidateWebhook","status":503}`).must(201)
		ask("POST", "/faults", `{"operation":"ValidateWebhook","duplicateEvent":true}`).must(400)
		Expect(ask("GET", "/", "").must(200).Body).To(ContainSubstring("EventGrid_DeliverToWebhook"))
	})
})
