package chattest_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("What is stored", func() {
	var (
		s       *chattest.Server
		ana, bo chattest.User
		created chat.CreateThreadResult
		thread  *chat.ThreadClient
	)
	BeforeEach(func(ctx SpecContext) {
		s = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		ana, bo = s.NewUser(), s.NewUser()
		var err error
		created, err = s.Client(ana).CreateThread(ctx, "Stored", &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: bo, DisplayName: "Bo", Metadata: map[string]string{"role": "guest"}}},
			Metadata:     map[string]string{"a": "1", "b": "2"},
			Retention:    chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
		})
		Expect(err).NotTo(HaveOccurred())
		thread = s.Client(ana).ThreadClient(created.Thread.ID)
	})

	It("is what a client receives", func(ctx SpecContext) {
		other := s.Client(bo).ThreadClient(thread.ThreadID())
		edited, err := thread.SendMessage(ctx, "one", &chat.SendMessageOptions{SenderDisplayName: "Ana", Metadata: map[string]string{"k": "v"}})
		Expect(err).NotTo(HaveOccurred())
		deleted, err := other.SendMessage(ctx, "two", &chat.SendMessageOptions{Type: chat.MessageTypeHTML})
		Expect(err).NotTo(HaveOccurred())
		_, err = other.SendMessage(ctx, "three", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.UpdateMessage(ctx, edited.ID, chat.MessageUpdate{Content: new("first")})).To(Succeed())
		Expect(other.DeleteMessage(ctx, deleted.ID)).To(Succeed())
		Expect(other.SendReadReceipt(ctx, edited.ID)).To(Succeed())

		properties, err := thread.GetProperties(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Threads()).To(Equal([]chat.ThreadProperties{properties}))
		participants, err := thread.ListParticipants(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Participants(thread.ThreadID())).To(Equal(participants))
		receipts, err := thread.ListReadReceipts(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Receipts(thread.ThreadID())).To(Equal(receipts))
		messages, err := thread.ListMessages(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Messages(thread.ThreadID())).To(ConsistOf(messages))
		Expect(s.Texts(thread.ThreadID())).To(Equal([]string{"first", "three"}))
	})

	It("has the threads in the order of their activity, as a client lists them", func(ctx SpecContext) {
		_, err := s.Client(ana).CreateThread(ctx, "Second", nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = thread.SendMessage(ctx, "Again.", nil)
		Expect(err).NotTo(HaveOccurred())
		third, err := s.Client(ana).CreateThread(ctx, "Third", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Client(ana).DeleteThread(ctx, third.Thread.ID)).To(Succeed())
		items, err := s.Client(ana).ListThreads(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(items).To(HaveLen(3))
		Expect(s.ThreadItems()).To(Equal(items))
	})

	It("is in the order of creation", func(ctx SpecContext) {
		second, err := s.Client(bo).CreateThread(ctx, "Second", nil)
		Expect(err).NotTo(HaveOccurred())
		sent, err := thread.SendMessage(ctx, "one", nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = thread.SendMessage(ctx, "two", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("one, edited")})).To(Succeed())
		Expect([]string{s.Threads()[0].ID, s.Threads()[1].ID}).To(Equal([]string{thread.ThreadID(), second.Thread.ID}))
		var sequence []string
		for _, m := range s.Messages(thread.ThreadID()) {
			sequence = append(sequence, m.SequenceID)
		}
		Expect(sequence).To(Equal([]string{"1", "2", "3", "4"}))
		Expect(s.Users()).To(Equal([]chattest.User{ana, bo}))
	})

	It("can be read after all participants have left", func(ctx SpecContext) {
		Expect(s.Client(ana).DeleteThread(ctx, thread.ThreadID())).To(Succeed())
		Expect(s.Threads()[0].DeletedOn).NotTo(BeZero())
		Expect(s.Messages(thread.ThreadID())).To(HaveLen(2))
		Expect(s.Participants(thread.ThreadID())).To(HaveLen(2))
		s.DeleteUser(bo)
		Expect(s.Users()).To(Equal([]chattest.User{ana}))
	})

	It("is empty for a thread that does not exist", func() {
		for _, id := range []string{unknownThread, "", "nonsense"} {
			Expect(s.Messages(id)).To(BeEmpty())
			Expect(s.Texts(id)).To(BeEmpty())
			Expect(s.Participants(id)).To(BeEmpty())
			Expect(s.Receipts(id)).To(BeEmpty())
		}
	})

	Describe("and reset", func() {
		It("is deleted, with requests, faults and the offset of the clock", func() {
			old := as(s.Service, ana)
			before := s.ConnectionString()
			s.Fail(chattest.Any, chattest.Fault{Times: -1})
			s.Advance(-24 * 365 * 10 * 3600 * 1e9)
			s.Reset()
			Expect(s.Threads()).To(BeEmpty())
			Expect(s.Users()).To(BeEmpty())
			Expect(s.Requests()).To(BeEmpty())
			Expect(s.Faults()).To(BeEmpty())
			Expect(s.Now().Year()).To(BeNumerically(">", 2025))
			Expect(s.Messages(thread.ThreadID())).To(BeEmpty())
			Expect(s.ConnectionString()).To(Equal(before))
			old.get("/chat/threads").must(401)
		})

		It("never reuses the id of a deleted user", func() {
			bubble(func(s *chattest.Service) {
				first := s.NewUser()
				s.Reset()
				Expect(s.NewUser()).NotTo(Equal(first))
			})
		})

		It("works again at once", func() {
			s.Reset()
			carl := newPerson(s.Service)
			carl.send(carl.thread("Fresh"), "Hello")
			Expect(s.Threads()).To(HaveLen(1))
		})

		It("has its limits reset", func() {
			limited(chattest.Options{}, func(l *crowd) {
				for range 10 {
					l.owner.send(l.thread, "x")
				}
				l.service.Reset()
				p := newPerson(l.service)
				p.post(l.thread+"/messages", `{"content":"x"}`).must(404)
			})
		})
	})
})
