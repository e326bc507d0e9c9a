package chattest_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A delivery", func() {
	var (
		s       *chattest.Server
		ana, bo *person
		thread  string
		id      string // of the thread
		l       *listener
	)
	const awkward = `%41 %22 %u0041 50% "Größe" 👋`
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 2)
		ana, bo = people[0], people[1]
		l = listen(bo)
		body := `{"topic":` + quote(awkward) + `,"metadata":{"team":"x%"},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60},` +
			`"participants":[{"communicationIdentifier":` + identifier(ana.ID) + `,"displayName":"Ann%41"},` +
			`{"communicationIdentifier":` + identifier(bo.ID) + `,"shareHistoryTime":"2026-01-02T03:04:05Z","metadata":{"role":"guest"}}]}`
		id = field(field(ana.post("/chat/threads", body).must(201).Body, "chatThread"), "id")
		thread = "/chat/threads/" + id
	})
	// came is the payload of the next delivery, with what all have and what the type of event has.
	came := func(name string, eventID float64, members ...string) map[string]any {
		GinkgoHelper()
		var n notification
		Eventually(l.came).Should(Receive(&n))
		Expect(n.URL).To(MatchRegexp(`^/v4/f/[\w-]{12}/` + name + `$`))
		Expect(s.Endpoint() + n.URL).To(Equal(l.surl + name))
		Expect(n.Headers).To(And(HaveKeyWithValue("Content-Type", "application/json; charset=utf-8"), HaveKey("MS-CV")))
		Expect(n.payload).To(And(
			HaveKeyWithValue("eventId", eventID),
			HaveKeyWithValue("recipientMri", bo.ID), HaveKeyWithValue("recipientId", strings.TrimPrefix(bo.ID, "8:")),
			HaveKey("transactionId"), HaveKey("collapseId"),
		))
		for _, member := range append(members, "senderId", "groupId") {
			Expect(n.payload).To(HaveKeyWithValue(member, BeAssignableToTypeOf("")))
		}
		return n.payload
	}
	// inside reads JSON in a member, which must have no percent sign.
	inside := func(payload map[string]any, member string) string {
		GinkgoHelper()
		text, ok := payload[member].(string)
		Expect(ok).To(BeTrue(), member)
		Expect(text).NotTo(ContainSubstring("%"))
		Expect(json.Valid([]byte(text))).To(BeTrue(), text)
		return text
	}
	const milliseconds = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`

	It("of a new thread has its participants and its state", func() {
		p := came("chatThreadCreated", 257)
		Expect(p).To(And(
			HaveKeyWithValue("senderId", ana.ID), HaveKeyWithValue("groupId", ""), HaveKeyWithValue("threadId", id), HaveKeyWithValue("threadType", "chat"),
			HaveKeyWithValue("createTime", MatchRegexp(milliseconds)), HaveKeyWithValue("version", MatchRegexp(`^\d{13}$`)),
		))
		Expect(inside(p, "createdBy")).To(Equal(`{"displayName":"Ann\u002541","participantId":"` + ana.ID + `","memberMetaData":null}`))
		Expect(inside(p, "members")).To(MatchJSON(`[
			{"displayName":"Ann%41","participantId":"` + ana.ID + `","shareHistoryTime":null,"memberMetaData":"null"},
			{"displayName":null,"participantId":"` + bo.ID + `","shareHistoryTime":1767323045000,"memberMetaData":"{\"role\":\"guest\"}"}]`))
		properties := inside(p, "properties")
		Expect(field(properties, "topic")).To(Equal(awkward))
		Expect(field(properties, "acsChatThreadMetadata")).To(Equal(`{"team":"x%"}`))
		Expect(field(properties, "retentionPolicy")).To(Equal(`{"retentionPolicyType":"DeleteAfterCreationTime","executeAfter":"60.00:00:00"}`))
	})

	It("of a message has its text, metadata and times", func() {
		came("chatThreadCreated", 257)
		sent := field(ana.post(thread+"/messages", `{"content":`+quote(awkward)+`,"type":"html","senderDisplayName":"Ann","metadata":{"k":"v"}}`).must(201).Body, "id")
		p := came("chatMessageReceived", 200, "clientMessageId", "priority")
		Expect(p).To(And(
			HaveKeyWithValue("senderId", ana.ID), HaveKeyWithValue("senderDisplayName", "Ann"), HaveKeyWithValue("groupId", id),
			HaveKeyWithValue("messageId", sent), HaveKeyWithValue("version", sent), HaveKeyWithValue("messageType", "RichText/Html"),
			HaveKeyWithValue("messageBody", awkward), HaveKeyWithValue("acsChatMessageMetadata", `{"k":"v"}`), HaveKeyWithValue("attachments", "[]"),
			HaveKeyWithValue("originalArrivalTime", MatchRegexp(milliseconds)),
		))
		ana.mustPatch(thread+"/messages/"+sent, `{"content":"two"}`)
		edited := came("chatMessageEdited", 247, "clientMessageId", "priority")
		Expect(edited).To(And(
			HaveKeyWithValue("messageId", sent), HaveKeyWithValue("version", Not(Equal(sent))), HaveKeyWithValue("messageBody", "two"),
			HaveKeyWithValue("acsChatMessageMetadata", `{"k":"v"}`), HaveKeyWithValue("originalArrivalTime", p["originalArrivalTime"]),
			HaveKeyWithValue("edittime", MatchRegexp(milliseconds)), HaveKeyWithValue("composetime", p["originalArrivalTime"]),
		))
		ana.mustDelete(thread + "/messages/" + sent)
		deleted := came("chatMessageDeleted", 248, "clientMessageId", "priority")
		Expect(deleted).To(And(
			HaveKeyWithValue("messageId", sent), HaveKeyWithValue("version", Not(Equal(edited["version"]))), Not(HaveKey("messageBody")),
			Not(HaveKey("acsChatMessageMetadata")), HaveKeyWithValue("originalArrivalTime", p["originalArrivalTime"]),
			HaveKeyWithValue("deletetime", MatchRegexp(milliseconds)),
		))
		ana.send(thread, "plain")
		Expect(came("chatMessageReceived", 200)).To(And(HaveKeyWithValue("messageType", "Text"), HaveKeyWithValue("acsChatMessageMetadata", "null"), HaveKeyWithValue("senderDisplayName", "")))
	})

	It("of typing has the display name of the request", func() {
		came("chatThreadCreated", 257)
		bo.post(thread+"/typing", `{"senderDisplayName":"Bobby"}`).must(200)
		Expect(came("typingIndicatorReceived", 245)).To(And(
			HaveKeyWithValue("senderId", bo.ID), HaveKeyWithValue("senderDisplayName", "Bobby"), HaveKeyWithValue("messageType", "Control/Typing"),
			HaveKeyWithValue("originalArrivalTime", MatchRegexp(`\.\d{7}Z$`)), HaveKeyWithValue("version", MatchRegexp(`^\d{13}$`)),
		))
	})

	It("of a receipt has the message and the time", func() {
		came("chatThreadCreated", 257)
		sent := ana.send(thread, "one")
		came("chatMessageReceived", 200)
		ana.post(thread+"/readReceipts", `{"chatMessageId":"`+sent+`"}`).must(200)
		p := came("readReceiptReceived", 246, "clientMessageId")
		Expect(p).To(And(
			HaveKeyWithValue("senderId", ana.ID), HaveKeyWithValue("senderDisplayName", ""), HaveKeyWithValue("messageId", sent),
			HaveKeyWithValue("messageType", "ThreadActivity/MemberConsumptionHorizonUpdate"), Not(HaveKey("version")),
		))
		body := inside(p, "messageBody")
		Expect(field(body, "user")).To(Equal(ana.ID))
		Expect(field(body, "consumptionhorizon")).To(Equal(sent + ";" + field(body, "version") + ";0"))
		Expect(field(body, "messageVisibilityTime")).To(Equal("0"))
		bo.post(thread+"/readReceipts", `{"chatMessageId":"`+sent+`"}`).must(200)
		Expect(l.names()).To(BeEmpty())
	})

	It("of changes to a thread has the user and the change", func() {
		came("chatThreadCreated", 257)
		other := newPerson(s.Service)
		ana.mustPatch(thread, `{"topic":"Two","retentionPolicy":{"kind":"none"}}`)
		p := came("chatThreadPropertiesUpdated", 258, "createTime", "threadType")
		Expect(p).To(HaveKeyWithValue("editTime", MatchRegexp(milliseconds)))
		Expect(field(inside(p, "editedBy"), "participantId")).To(Equal(ana.ID))
		Expect(inside(p, "properties")).To(And(ContainSubstring(`"topic":"Two"`), Not(ContainSubstring("retentionPolicy"))))

		ana.add(thread, other)
		p = came("participantsAdded", 260, "createTime")
		Expect(p).To(HaveKeyWithValue("time", MatchRegexp(milliseconds)))
		Expect(field(inside(p, "addedBy"), "displayName")).To(Equal("Ann%41"))
		Expect(fields(items(`{"value":`+inside(p, "participantsAdded")+`}`), "participantId")).To(Equal([]string{other.ID}))

		ana.remove(thread, other)
		p = came("participantsRemoved", 261, "createTime")
		Expect(p).To(HaveKeyWithValue("time", MatchRegexp(milliseconds)))
		Expect(field(inside(p, "removedBy"), "participantId")).To(Equal(ana.ID))
		Expect(fields(items(`{"value":`+inside(p, "participantsRemoved")+`}`), "participantId")).To(Equal([]string{other.ID}))

		ana.mustDelete(thread)
		p = came("chatThreadDeleted", 259, "createTime", "threadType")
		Expect(p).To(And(HaveKeyWithValue("deleteTime", MatchRegexp(milliseconds)), HaveKeyWithValue("reason", "deletedByUser")))
		Expect(field(inside(p, "deletedBy"), "participantId")).To(Equal(ana.ID))
	})

	It("is counted, and so are the responses of the client", func() {
		came("chatThreadCreated", 257)
		Expect(l.write(`3:::{"id":99,"status":404,"headers":{"Trouter-Responder":"ClientLib"},"body":""}`)).To(Succeed())
		Expect(l.ping()).To(Equal(`["pong"]`))
		Expect(s.Connections()).To(ConsistOf(And(
			HaveField("User", bo.User), HaveField("Registered", true), HaveField("Delivered", 1), HaveField("Answered", 1), HaveField("Refused", 1),
		)))
	})
})
