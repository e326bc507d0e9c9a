package main_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trigger"
)

var _ = Describe("trigger", func() {
	var sh *clitest.Shell
	var got []events.Event

	// program is the URL of a webhook that records events and answers as do does.
	program := func(do func() error) string {
		GinkgoHelper()
		handler := events.NewHandler(func(_ context.Context, e events.Event) error {
			got = append(got, e)
			return do()
		}, &events.HandlerOptions{Secrets: []string{"s3cret"}, Logger: slog.New(slog.DiscardHandler)})
		server := httptest.NewServer(handler)
		DeferCleanup(server.Close)
		return server.URL + "/events?secret=s3cret"
	}
	ok := func() error { return nil }
	BeforeEach(func() {
		sh = emptyShell()
		got = nil
	})

	It("sends an event of every type with all values in both schemas, and prints the status of the answer", func() {
		url := program(ok)
		for _, t := range events.EventTypes() {
			for _, schema := range []string{"eventgrid", "cloudevents"} {
				got = nil
				Expect(sh.Run("trigger", t.ShortName(), "--to", url, "--schema", schema).OK()).To(And(ContainSubstring(t.ShortName()), ContainSubstring("200 OK")))
				Expect(got).To(HaveLen(1))
				again, found := events.TypeOf(got[0])
				Expect(found).To(BeTrue())
				Expect(again).To(Equal(t))
				h := got[0].EventHeader()
				expected := trigger.Sample(t, h.ID, h.Time)
				header := expected.EventHeader()
				header.Subject = h.Subject
				Expect(got[0]).To(Equal(events.WithHeader(expected, header)), t.ShortName())
			}
		}
		var answer map[string]any
		sh.Run("trigger", "userdisconnected", "--to", url, "-o", "json").Into(&answer)
		Expect(answer).To(And(HaveKeyWithValue("status", 200.0), HaveKeyWithValue("eventType", "Microsoft.Communication.UserDisconnected")))
	})

	It("sends the values of a bot command and of a disconnected user, which no request to the service causes", func() {
		alice := chat.CommunicationUser{ID: "8:acs:00000000-0000-0000-0000-000000000000_00000000-0000-0000-0000-0000000a11ce"}
		for _, schema := range []string{"eventgrid", "cloudevents"} {
			got = nil
			url := program(ok)
			sh.Run("trigger", "ChatAzureBotCommandReceivedInThread", "--to", url, "--schema", schema, "--set", "messageBody=/help", "--set", "messageId=7",
				"--set", "version=8", "--set", "sequenceId=9", "--set", "subject=thread/19:t@thread.v2/sender/8:acs:r_a/recipient/8:acs:r_bot",
				"--set", "composeTime=2026-01-02T03:04:05.678Z").OK()
			sh.Run("trigger", "UserDisconnected", "--to", url, "--schema", schema, "--set", "id=e2", "--set", "userCommunicationIdentifier=8:acs:r_x").OK()
			command := got[0].(events.BotCommandReceived)
			Expect(command.Message).To(Equal(chat.Message{
				ID: "7", Type: chat.MessageTypeText, SequenceID: "9", Version: "8", Content: chat.MessageContent{Message: "/help"}, SenderDisplayName: "Alice",
				Sender: alice, CreatedOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Metadata: map[string]string{"key": "value"},
			}))
			Expect(command.Header).To(And(HaveField("Level", events.LevelThread), HaveField("Version", "8"), HaveField("Recipient", chat.CommunicationUser{ID: "8:acs:r_bot"}),
				HaveField("Time", time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC))))
			gone := got[1].(events.UserDisconnected)
			Expect(gone).To(Equal(events.UserDisconnected{
				Header: events.Header{ID: "e2", Subject: gone.Subject, Time: gone.Time}, User: chat.CommunicationUser{ID: "8:acs:r_x"},
			}))
			Expect(gone.Time).To(BeTemporally("~", time.Now(), time.Minute))
		}
	})

	It("keeps the recipient of a bot command, which only the subject has, when a member is set", func() {
		sh.Run("trigger", "ChatAzureBotCommandReceivedInThread", "--to", program(ok), "--set", "messageBody=/help").OK()
		header := got[0].(events.BotCommandReceived).Header
		Expect(header.Recipient).NotTo(BeNil())
		Expect(header.Subject).To(HaveSuffix("/recipient/" + header.Recipient.RawID()))
	})

	It("sets members, and what follows from them", func() {
		url := program(ok)
		sh.Run("trigger", "ChatMessageReceived", "--to", url, "--set", "messageBody=a=b", "--set", "senderId=8:acs:r_x", "--set", "recipientCommunicationIdentifier=8:orgid:y",
			"--set", "threadId=19:t@thread.v2", "--set", "metadata.team=z", "--set", "version=7", "--set", "id=e1", "--set", "type=Html").OK()
		event := got[0].(events.MessageReceived)
		Expect(event.Header).To(And(
			HaveField("ID", "e1"), HaveField("ThreadID", "19:t@thread.v2"), HaveField("Version", "7"), HaveField("Recipient", chat.MicrosoftTeamsUser{UserID: "y"}),
			HaveField("Subject", "thread/19:t@thread.v2/sender/8:acs:r_x/recipient/8:orgid:y")))
		Expect(event.Message).To(And(
			HaveField("Content.Message", "a=b"), HaveField("Sender", chat.CommunicationUser{ID: "8:acs:r_x"}), HaveField("Type", chat.MessageTypeHTML),
			HaveField("Metadata", map[string]string{"key": "value", "team": "z"})))

		sh.Run("trigger", "ChatThreadParticipantAdded", "--to", url, "--set", "participantAdded.displayName=Cy", "--set", "participantAdded.participantCommunicationIdentifier=4:+15555550123",
			"--set", "addedBy=8:acs:r_x", "--set", "subject=s").OK()
		Expect(got[1]).To(And(HaveField("Subject", "s"), HaveField("AddedBy.Identifier", chat.CommunicationUser{ID: "8:acs:r_x"}),
			HaveField("Participants", HaveExactElements(And(HaveField("DisplayName", "Cy"), HaveField("Identifier", chat.PhoneNumber{Number: "+15555550123"}))))))

		sh.Run("trigger", "ChatThreadCreated", "--to", url, "--set", "properties.topic=T", "--set", `metadata={"a":"b"}`, "--set", "createTime=2026-01-02T03:04:05Z").OK()
		Expect(got[2]).To(And(HaveField("Properties.Topic", "T"), HaveField("Properties.Metadata", map[string]string{"a": "b"}), HaveField("Time.Year()", 2026)))
	})

	It("prints the event instead of sending it", func() {
		out := sh.Run("trigger", "Microsoft.Communication.ChatMessageReceivedInThread", "--dry-run", "--set", "messageBody=hi").OK()
		Expect(events.Parse([]byte(out))).To(HaveExactElements(HaveField("Message.Content.Message", "hi")))
		out = sh.Run("trigger", "UserDisconnected", "--dry-run", "--schema", "cloudevents").OK()
		Expect(out).To(HavePrefix("{"))
		Expect(events.Parse([]byte(out))).To(HaveExactElements(BeAssignableToTypeOf(events.UserDisconnected{})))
	})

	It("lists the types", func() {
		out := sh.Run("trigger", "--list").OK()
		for _, t := range events.EventTypes() {
			Expect(out).To(MatchRegexp(t.ShortName() + ` +` + string(t.Level) + ` +` + string(t.Kind)))
		}
		Expect(sh.Run("trigger", "--list", "-o", "jsonl").Lines()).To(HaveLen(19))
	})

	It("fails with the answer of the webhook, without the secret", func() {
		url := program(func() error { return errors.New("down") })
		r := sh.Run("trigger", "ChatThreadDeleted", "--to", url).Ends(1, "the webhook answered 503 Service Unavailable")
		Expect(r.Err).NotTo(ContainSubstring("s3cret"))
		sh.Run("trigger", "ChatThreadDeleted", "--to", strings.Replace(url, "s3cret", "wrong", 1)).Ends(1, "401")
		sh.Run("trigger", "ChatThreadDeleted", "--to", "http://"+clitest.FreeAddress()+"/").Ends(1, "refused")
	})

	DescribeTable("rejects", func(message string, args ...string) {
		sh.Run(append([]string{"trigger"}, args...)...).Ends(2, message)
	},
		Entry("no type", "which type of event? See trigger --list"),
		Entry("an unknown type", `Event Grid has no type "ChatRead": see trigger --list`, "ChatRead", "--dry-run"),
		Entry("a type with --list", `--list lists all types: omit "X"`, "X", "--list"),
		Entry("no URL", "where to? Name the webhook with --to", "ChatThreadCreated"),
		Entry("http to another machine", "--to:", "ChatThreadCreated", "--to", "http://example.com/"),
		Entry("an unknown schema", `--schema must be eventgrid or cloudevents, not "x"`, "ChatThreadCreated", "--dry-run", "--schema", "x"),
		Entry("a member without a value", `--set "x" must be MEMBER=VALUE`, "ChatThreadCreated", "--dry-run", "--set", "x"),
		Entry("an unknown member", "--set x: there is no such member: there are createTime, createdByCommunicationIdentifier, ", "ChatThreadCreated", "--dry-run", "--set", "x=1"),
		Entry("a member of another type", "it must be JSON like 1", "ChatThreadCreated", "--dry-run", "--set", "version=x"),
		Entry("a member of a text", "threadId has no members", "ChatThreadCreated", "--dry-run", "--set", "threadId.x=1"),
		Entry("an invalid time", "it must be a time such as", "ChatThreadCreated", "--dry-run", "--set", "createTime=now"),
		Entry("a value that the event cannot do without", `threadId: "" does not make a well-formed event`, "ChatThreadCreated", "--dry-run", "--set", "threadId="),
		Entry("an empty id", "id must not be empty", "ChatThreadCreated", "--dry-run", "--set", "id="),
		Entry("an empty identifier", "it must be a raw id", "ChatThreadCreated", "--dry-run", "--set", "createdBy="),
	)
})
