package main_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("listen --forward-to", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string
	var bobs *chat.ThreadClient

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
		thread = createThread(alice, "Plans")
		bobs = server.Client(alice.Member(server, thread, "Bob").User).ThreadClient(thread)
	})

	// program serves the webhook of a program, which handles events as do does.
	program := func(do func(events.Event) error) string {
		handler := events.NewHandler(func(_ context.Context, e events.Event) error { return do(e) }, &events.HandlerOptions{
			Secrets: []string{"s3cret"}, SecretParameter: "code", Logger: slog.New(slog.DiscardHandler),
		})
		server := httptest.NewServer(handler)
		DeferCleanup(server.Close)
		return server.URL + "/events?code=s3cret"
	}
	listen := func(args ...string) *clitest.Command {
		GinkgoHelper()
		session := alice.Start(append([]string{"listen"}, args...)...)
		Eventually(func() string { return string(session.Err.Contents()) }).Should(ContainSubstring("acschat: listening\n"))
		return session
	}

	for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
		It("delivers events of the thread level in the schema "+string(schema)+", and prints the answers", func(ctx SpecContext) {
			handled := make(chan events.Event, 10)
			url := program(func(e events.Event) error { handled <- e; return nil })
			session := listen("--forward-to", url, "--forward-schema", string(schema))
			Eventually(func() string { return string(session.Err.Contents()) }).Should(MatchRegexp(`acschat: forwarding events to http://127.0.0.1:\d+/events\?code=\[redacted\]\n`))
			sent, err := bobs.SendMessage(ctx, "hello", &chat.SendMessageOptions{SenderDisplayName: "Bob"})
			Expect(err).NotTo(HaveOccurred())
			var event events.Event
			Eventually(handled).Should(Receive(&event))
			Expect(event).To(And(HaveField("Message.ID", sent.ID), HaveField("Message.Content.Message", "hello"), HaveField("Message.SenderDisplayName", "Bob"),
				HaveField("Level", events.LevelThread), HaveField("ThreadID", thread), HaveField("Recipient", BeNil())))
			Eventually(session).Should(gbytes.Say(`TIME +EVENT +THREAD +ANSWER\n.* ChatMessageReceivedInThread +` + thread + ` +200 OK\n`))
			Expect(bobs.UpdateTopic(ctx, "New plans")).To(Succeed())
			Eventually(session).Should(gbytes.Say(`ChatThreadPropertiesUpdated .* 200 OK\n`))
			session.Interrupt()
			result := alice.Wait(session)
			Expect(result.Code).To(BeZero())
			Expect(result.Out + result.Err).NotTo(ContainSubstring("s3cret"))
		})
	}

	It("says once that Event Grid has no read receipts", func(ctx SpecContext) {
		session := listen("--forward-to", program(func(events.Event) error { return nil }))
		sent, err := bobs.SendMessage(ctx, "hello", nil)
		Expect(err).NotTo(HaveOccurred())
		for range 2 {
			Expect(bobs.SendReadReceipt(ctx, sent.ID)).To(Succeed())
		}
		Expect(bobs.SendTypingNotification(ctx, nil)).To(Succeed())
		Eventually(session).Should(gbytes.Say(`ChatTypingIndicatorReceivedInThread`))
		session.Interrupt()
		result := alice.Wait(session)
		Expect(strings.Count(result.Err, "Event Grid has no events of the kind readReceiptReceived: they are not forwarded\n")).To(Equal(1))
		Expect(strings.Count(result.Out, "\n")).To(Equal(3), result.Out)
	})

	It("prints a failure and when the event is delivered again, as JSON too, and at the end what was not delivered", func(ctx SpecContext) {
		url := program(func(events.Event) error { return context.Canceled })
		session := listen("--forward-to", url, "-o", "jsonl")
		Expect(bobs.SendMessage(ctx, "hello", nil)).Error().NotTo(HaveOccurred())
		Eventually(session).Should(gbytes.Say("\n"))
		session.Interrupt()
		var attempt struct {
			EventType, RetryIn, Error string
			Status, Attempt           int
			Event                     json.RawMessage
		}
		result := alice.Wait(session)
		Expect(result.Err).To(HaveSuffix("acschat: events that were not delivered: 1 still waiting, 0 given up before\n"))
		Expect(json.Unmarshal([]byte(result.Out), &attempt)).To(Succeed())
		Expect(attempt).To(And(HaveField("EventType", "Microsoft.Communication.ChatMessageReceivedInThread"), HaveField("Status", 503), HaveField("Attempt", 1),
			HaveField("RetryIn", "10s"), HaveField("Error", "the webhook answered 503 Service Unavailable")))
		Expect(events.Unmarshal(attempt.Event)).To(HaveField("Message.Content.Message", "hello"))
	})

	It("waits for a program that is not up yet, and says so", func() {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		session := listen("--forward-to", server.URL+"/?code=s3cret")
		Eventually(func() string { return string(session.Err.Contents()) }).Should(MatchRegexp(
			`acschat: http://127.0.0.1:\d+/\?code=\[redacted\] accepts no events yet: dial tcp .*: connection refused; trying again every 5s\n`))
		session.Interrupt()
		result := alice.Wait(session)
		Expect(result.Code).To(BeZero())
		Expect(strings.Count(result.Err, "accepts no events yet")).To(Equal(1))
		Expect(result.Err).NotTo(ContainSubstring("not delivered"))
	})

	DescribeTable("rejects", func(message string, args ...string) {
		alice.Run(append([]string{"listen"}, args...)...).Ends(2, message)
	},
		Entry("http to another machine", "--forward-to: the webhook http://contoso.com/ must use https", "--forward-to", "http://contoso.com/"),
		Entry("a schema without a webhook", "--forward-schema needs --forward-to", "--forward-schema", "cloudevents"),
		Entry("an unknown schema", `--forward-to: there is no schema "x": it must be eventgrid or cloudevents`, "--forward-to", "http://localhost/", "--forward-schema", "x"),
	)
})
