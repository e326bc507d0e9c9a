package chattest_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("Events", func() {
	var (
		s             *chattest.Server
		ana, bo, cleo chattest.User
		thread        *chat.ThreadClient // Ana's
	)
	BeforeEach(func(ctx SpecContext) {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		users := s.NewUsers(3)
		ana, bo, cleo = users[0], users[1], users[2]
		created, err := s.Client(ana).CreateThread(ctx, "Größe", &chat.CreateThreadOptions{
			Participants: []chat.Participant{
				{Identifier: ana, DisplayName: "Ana"}, {Identifier: bo, DisplayName: "Bo", Metadata: map[string]string{"role": "guest"}},
			},
			Metadata:  map[string]string{"team": "x"},
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
		})
		Expect(err).NotTo(HaveOccurred())
		thread = s.Client(ana).ThreadClient(created.Thread.ID)
	})

	// latest is the last event, which only the given recipients must have received.
	latest := func(recipients ...chattest.User) events.Event {
		GinkgoHelper()
		all := s.Events()
		Expect(all).NotTo(BeEmpty())
		Expect(all[len(all)-1].Recipients).To(ConsistOf(recipients))
		event := all[len(all)-1].Event
		Expect(event.EventHeader().ThreadID).To(Equal(thread.ThreadID()))
		Expect(event.EventHeader().Time).To(BeTemporally("~", time.Now(), time.Minute))
		Expect(event.EventHeader().Version).To(MatchRegexp(`^\d{13}$`))
		Expect(event.EventHeader().Recipient).To(BeNil())
		return event
	}
	send := func(ctx SpecContext, text string) string {
		GinkgoHelper()
		sent, err := thread.SendMessage(ctx, text, &chat.SendMessageOptions{SenderDisplayName: "Ana", Metadata: map[string]string{"k": "v"}})
		Expect(err).NotTo(HaveOccurred())
		return sent.ID
	}
	// read reads a message through REST, as an event has it.
	read := func(ctx SpecContext, id string) chat.Message {
		GinkgoHelper()
		m, err := thread.GetMessage(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		m.SequenceID = ""
		return m
	}
	threadOf := func(user chattest.User) *chat.ThreadClient { return s.Client(user).ThreadClient(thread.ThreadID()) }
	anaInShort := func() chat.Participant { return chat.Participant{Identifier: ana, DisplayName: "Ana"} }

	It("report a new thread to its first participants", func(ctx SpecContext) {
		created := latest(ana, bo).(events.ThreadCreated)
		Expect(created.Properties).To(Equal(must(thread.GetProperties(ctx))))
		Expect(created.Participants).To(Equal(must(thread.ListParticipants(nil).Collect(ctx, 0))))
		Expect(created.CreatedBy).To(Equal(anaInShort()))
	})

	It("report a repeated creation once", func() {
		plain := as(s.Service, ana)
		for range 3 {
			plain.do("POST", "/chat/threads", `{"topic":"Again"}`, "repeatability-request-id", "7a2f4d6e-0000-4000-8000-000000000000").must(201)
		}
		Expect(s).To(HaveNotified(ana, events.KindThreadCreated, HaveField("Properties.Topic", "Again"), Times(1)))
	})

	It("report a message to all participants", func(ctx SpecContext) {
		id := send(ctx, "hi \"there\"")
		received := latest(ana, bo).(events.MessageReceived)
		Expect(received.Message).To(Equal(read(ctx, id)))
		Expect(received.Version).To(Equal(id))
		Expect(strconv.FormatInt(received.Time.UnixMilli(), 10)).To(Equal(id))
	})

	It("report an edit to all participants, with the whole message", func(ctx SpecContext) {
		id := send(ctx, "one")
		Expect(thread.UpdateMessage(ctx, id, chat.MessageUpdate{Metadata: map[string]string{"l": "w"}})).To(Succeed())
		edited := latest(ana, bo).(events.MessageEdited)
		Expect(edited.Message).To(Equal(read(ctx, id)))
		Expect(edited.Version).To(And(Equal(edited.Message.Version), Not(Equal(id))))
	})

	It("report a deletion to all participants", func(ctx SpecContext) {
		id := send(ctx, "one")
		Expect(thread.DeleteMessage(ctx, id)).To(Succeed())
		deleted := latest(ana, bo).(events.MessageDeleted)
		Expect(deleted.Message).To(Equal(read(ctx, id)))
		Expect(deleted.Version).To(Equal(deleted.Message.Version))
	})

	It("report typing to all participants, including the sender", func(ctx SpecContext) {
		Expect(threadOf(bo).SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: "Bobby"})).To(Succeed())
		typing := latest(ana, bo).(events.TypingIndicatorReceived)
		Expect(typing.Sender).To(Equal(chat.Identifier(bo)))
		Expect(typing.SenderDisplayName).To(Equal("Bobby"))
	})

	It("report a read receipt to all participants except the reader", func(ctx SpecContext) {
		id := send(ctx, "one")
		Expect(threadOf(bo).SendReadReceipt(ctx, id)).To(Succeed())
		Expect(latest(ana).(events.ReadReceiptReceived).Receipt).To(Equal(must(thread.ListReadReceipts(nil).Collect(ctx, 0))[0]))
	})

	DescribeTable("report changed properties to all participants, with the unchanged ones",
		func(ctx SpecContext, update chat.PropertiesUpdate) {
			before := latest(ana, bo).EventHeader().Version
			Expect(threadOf(bo).UpdateProperties(ctx, update)).To(Succeed())
			updated := latest(ana, bo).(events.ThreadPropertiesUpdated)
			properties := must(thread.GetProperties(ctx))
			properties.CreatedBy = nil
			Expect(updated.Properties).To(Equal(properties))
			Expect(updated.UpdatedBy).To(Equal(chat.Participant{Identifier: bo, DisplayName: "Bo"}))
			Expect(number(updated.Version)).To(BeNumerically(">", number(before)))
		},
		Entry("the topic", chat.PropertiesUpdate{Topic: new("Lunch")}),
		Entry("metadata", chat.PropertiesUpdate{Metadata: map[string]string{"team": "", "place": "y"}}),
		Entry("the retention policy", chat.PropertiesUpdate{Retention: &chat.RetentionPolicy{Kind: chat.RetentionKindNone}}),
	)

	It("report added participants to all, including the added ones", func(ctx SpecContext) {
		people := []chat.Participant{{Identifier: cleo, DisplayName: "Cleo", ShareHistoryTime: time.Now().UTC().Truncate(time.Second)}}
		Expect(thread.AddParticipants(ctx, people)).Error().NotTo(HaveOccurred())
		added := latest(ana, bo, cleo).(events.ParticipantsAdded)
		Expect(added.Participants).To(Equal(people))
		Expect(added.AddedBy).To(Equal(anaInShort()))
	})

	It("report removed participants to all, including the removed ones, who receive nothing later", func(ctx SpecContext) {
		participant := must(thread.ListParticipants(nil).Collect(ctx, 0))[1]
		Expect(thread.RemoveParticipant(ctx, bo)).To(Succeed())
		removed := latest(ana, bo).(events.ParticipantsRemoved)
		Expect(removed.Participants).To(Equal([]chat.Participant{participant}))
		Expect(removed.RemovedBy).To(Equal(anaInShort()))
		send(ctx, "alone")
		latest(ana)
	})

	It("report to a participant who leaves", func(ctx SpecContext) {
		Expect(threadOf(bo).RemoveParticipant(ctx, bo)).To(Succeed())
		Expect(latest(ana, bo).(events.ParticipantsRemoved).RemovedBy).To(Equal(chat.Participant{Identifier: bo, DisplayName: "Bo"}))
	})

	It("report the deletion of a thread once to all participants", func(ctx SpecContext) {
		Expect(s.Client(bo).DeleteThread(ctx, thread.ThreadID())).To(Succeed())
		Expect(s.Client(bo).DeleteThread(ctx, thread.ThreadID())).To(Succeed())
		deleted := latest(ana, bo).(events.ThreadDeleted)
		Expect(deleted.DeletedBy).To(Equal(chat.Participant{Identifier: bo, DisplayName: "Bo"}))
		Expect(deleted.Reason).To(Equal(events.DeletionReasonUser))
		Expect(s.Events(events.KindThreadDeleted)).To(HaveLen(1))
	})

	It("do not report calls that change nothing", func(ctx SpecContext) {
		id := send(ctx, "one")
		Expect(thread.DeleteMessage(ctx, id)).To(Succeed())
		before := s.Events()
		Expect(thread.DeleteMessage(ctx, id)).To(Succeed())
		Expect(thread.UpdateMessage(ctx, id, chat.MessageUpdate{Content: new("x")})).To(MatchError(chat.ErrNotFound))
		Expect(threadOf(cleo).SendMessage(ctx, "x", nil)).Error().To(MatchError(chat.ErrForbidden))
		Expect(threadOf(cleo).SendTypingNotification(ctx, nil)).To(MatchError(chat.ErrForbidden))
		Expect(thread.SendReadReceipt(ctx, "1")).To(MatchError(chat.ErrNotFound))
		Expect(thread.RemoveParticipant(ctx, cleo)).To(Succeed())
		Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: bo}})).Error().NotTo(HaveOccurred())
		Expect(s.Events()).To(Equal(before))
	})

	It("omit typing and receipts in a thread of more than 20 participants", func(ctx SpecContext) {
		id := send(ctx, "one")
		var people []chat.Participant
		for _, user := range s.NewUsers(19) {
			people = append(people, chat.Participant{Identifier: user})
		}
		Expect(thread.AddParticipants(ctx, people[:18])).Error().NotTo(HaveOccurred())
		quiet := func() {
			GinkgoHelper()
			Expect(threadOf(bo).SendReadReceipt(ctx, id)).To(Succeed())
			Expect(threadOf(bo).SendTypingNotification(ctx, nil)).To(Succeed())
		}
		quiet()
		Expect(s).To(HaveNotified(ana, events.KindReadReceiptReceived, Times(1)))
		Expect(s).To(HaveNotified(ana, events.KindTypingIndicatorReceived, Times(1)))
		Expect(thread.AddParticipants(ctx, people[18:])).Error().NotTo(HaveOccurred())
		quiet()
		Expect(s).To(HaveNotified(ana, events.KindReadReceiptReceived, Times(1)))
		Expect(s).To(HaveNotified(ana, events.KindTypingIndicatorReceived, Times(1)))
	})

	It("are in the order of the thread, even with concurrent writers", func(ctx SpecContext) {
		var writers sync.WaitGroup
		for range 8 {
			writers.Go(func() {
				defer GinkgoRecover()
				for i := range 20 {
					Expect(thread.SendMessage(ctx, fmt.Sprint(i), nil)).Error().NotTo(HaveOccurred())
				}
			})
		}
		writers.Wait()
		var told []string
		for _, e := range s.Events(events.KindMessageReceived) {
			told = append(told, e.Event.(events.MessageReceived).Message.ID)
		}
		var sent []string
		for _, m := range s.Messages(thread.ThreadID()) {
			if m.Sender != nil {
				sent = append(sent, m.ID)
			}
		}
		Expect(told).To(HaveLen(160))
		Expect(told).To(Equal(sent))
	})

	It("are published after the commit, and not if it fails", func(ctx SpecContext) {
		var during []chattest.Event
		s.BeforeCommit(func() { during = s.Events(events.KindMessageReceived) })
		send(ctx, "one")
		s.BeforeCommit(nil)
		Expect(during).To(BeEmpty())
		Expect(s.Events(events.KindMessageReceived)).To(HaveLen(1))

		s.BeforeCommit(func() { panic(errors.New("disk full")) })
		_, err := thread.SendMessage(ctx, "two", nil)
		s.BeforeCommit(nil)
		Expect(err).To(HaveOccurred())
		Expect(s.Events(events.KindMessageReceived)).To(HaveLen(1))
	})

	It("are not sent to a user whose addition was lost with its commit", func(ctx SpecContext) {
		s.BeforeCommit(func() { panic(errors.New("disk full")) })
		Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: cleo}})).Error().To(HaveOccurred())
		s.BeforeCommit(nil)
		Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: s.NewUser()}})).Error().NotTo(HaveOccurred())
		send(ctx, "hi")
		Expect(s).NotTo(HaveNotified(cleo, ""))
	})

	It("are of known kinds", func() {
		for _, kind := range events.Kinds() {
			Expect(func() { s.Events(kind) }).NotTo(Panic())
		}
		Expect(func() { s.Events("MessageReceived") }).To(PanicWith(ContainSubstring(`no events of the kind "MessageReceived"`)))
	})

	It("are listed by the admin handler", func(ctx SpecContext) {
		send(ctx, "one")
		send(ctx, "two")
		ask := administer(s.Service)
		list := items(ask("GET", "/events?kind=chatMessageReceived&last=1", "").must(200).Body)
		Expect(list).To(HaveLen(1))
		Expect(events.Unmarshal([]byte(field(list[0], "event")))).To(Equal(latest(ana, bo)))
		Expect(field(list[0], "recipients")).To(Equal(`["` + ana.ID + `","` + bo.ID + `"]`))
		Expect(items(ask("GET", "/events", "").must(200).Body)).To(HaveLen(3))
		ask("GET", "/events?kind=MessageReceived", "").must(400)
		ask("GET", "/events?last=x", "").must(400)
	})

	It("are bounded, and forgotten by Reset", func() {
		plain := as(s.Service, ana)
		for range 10_010 {
			plain.post("/chat/threads/"+thread.ThreadID()+"/typing", `{}`).must(200)
		}
		Expect(s.Events()).To(HaveLen(10_000))
		s.Reset()
		Expect(s.Events()).To(BeEmpty())
	})
})

// must is the value of a call that does not fail.
func must[T any](value T, err error) T {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	return value
}
