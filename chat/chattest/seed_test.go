package chattest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A seed", func() {
	ago := func(d time.Duration) chattest.Ago { return chattest.Ago(d) }
	seeded := func(seed *chattest.Seed) *chattest.Server {
		GinkgoHelper()
		return chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, Seed: seed}))
	}
	support := func() *chattest.Seed {
		return &chattest.Seed{
			Users: []string{"ana", "bo", "cem"},
			Threads: []chattest.SeedThread{
				{
					ID: "support", Topic: "Support", Ago: ago(3 * time.Hour), Metadata: map[string]string{"b": "1", "a": "2"}, RetentionDays: 30,
					Participants: []chattest.SeedParticipant{
						{User: "ana", DisplayName: "Ana", Metadata: map[string]string{"role": "agent"}}, {User: "bo", DisplayName: "Bo"},
					},
					Messages: []chattest.SeedMessage{
						{From: "bo", DisplayName: "Bo", Text: "It is broken", Ago: ago(2 * time.Hour), ReadBy: []chattest.SeedReceipt{{User: "ana", Ago: ago(time.Hour)}}},
						{From: "ana", Kind: "html", Text: "<b>Which?</b>", Metadata: map[string]string{"k": "v"}, Ago: ago(90 * time.Minute), Edited: new(ago(30 * time.Minute))},
						{From: "ana", Kind: "participantAdded", Participants: []chattest.SeedParticipant{{User: "cem", ShareHistory: new(ago(time.Hour))}}, Ago: ago(time.Hour)},
						{From: "cem", Text: "Oops", Ago: ago(50 * time.Minute), Deleted: new(ago(40 * time.Minute))},
						{From: "cem", Kind: "topicUpdated", Text: "Still broken", Ago: ago(20 * time.Minute)},
						{From: "ana", Kind: "participantRemoved", Participants: []chattest.SeedParticipant{{User: "bo"}}, Ago: ago(10 * time.Minute)},
						{From: "cem", Text: "Fixed"},
					},
				},
				{ID: "old", Topic: "Old", CreatedBy: "bo", Ago: ago(48 * time.Hour), Deleted: new(ago(24 * time.Hour))},
			},
		}
	}

	It("creates users and threads with the names of the seed, and times relative to the start", func() {
		bubble(func(*chattest.Service) {
			s, err := chattest.Open(api.Watch(&chattest.Options{Seed: support()}))
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(s.Close()).To(Succeed()) }()
			ana, bo, cem, id := as(s, s.SeededUser("ana")), as(s, s.SeededUser("bo")), as(s, s.SeededUser("cem")), s.SeededThread("support")
			Expect(s.Users()).To(ConsistOf(ana.User, bo.User, cem.User))
			now := s.Now().UTC()

			threads := s.Threads()
			Expect(threads).To(HaveLen(2))
			Expect(items(ana.mustGet("/chat/threads").Body)).To(Equal([]string{fmt.Sprintf(
				`{"id":%q,"topic":"Still broken","lastMessageReceivedOn":%q}`, id, second(now))}))
			thread := ana.mustGet("/chat/threads/" + id).Body
			Expect(thread).To(And(ContainSubstring(`"topic":"Still broken"`), ContainSubstring(`"metadata":{"a":"2","b":"1"}`),
				ContainSubstring(`"deleteThreadAfterDays":30`), ContainSubstring(`"createdOn":"`+second(now.Add(-3*time.Hour-59*time.Millisecond))+`"`)))
			Expect(people(ana, "/chat/threads/"+id)).To(Equal([]string{ana.ID, cem.ID}))
			Expect(s.Texts(id)).To(Equal([]string{"It is broken", "<b>Which?</b>", "Fixed"}))
			Expect(s.Receipts(id)).To(HaveExactElements(chat.ReadReceipt{
				Sender: ana.User, MessageID: fmt.Sprint(now.Add(-2 * time.Hour).UnixMilli()), ReadOn: now.Add(-time.Hour),
			}))
			messages := s.Messages(id)
			Expect(messages).To(HaveLen(9))
			Expect(messages[3]).To(And(HaveField("EditedOn", now.Add(-30*time.Minute)), HaveField("Metadata", map[string]string{"k": "v"}),
				HaveField("Type", chat.MessageTypeHTML), HaveField("SequenceID", "4")))
			Expect(messages[5]).To(And(HaveField("DeletedOn", now.Add(-40*time.Minute)), HaveField("Content.Message", "")))
			Expect(items(cem.mustGet("/chat/threads/" + id + "/messages?maxPageSize=200").Body)).To(HaveLen(5))
			bo.get("/chat/threads/"+id).refused(403, notAllowed)
			Expect(fields(items(bo.mustGet("/chat/threads").Body), "topic")).To(Equal([]string{"Still broken", "Old"}))
			Expect(s.Requests()).NotTo(BeEmpty())
			Expect(s.Events()).To(BeEmpty())
			ana.send("/chat/threads/"+id, "Next")
		})
	})

	It("has the same ids in every service of the same resource", func() {
		const resource, user = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
		chosen := "8:acs:" + resource + "_" + user
		seed := &chattest.Seed{Users: []string{chosen, "ana"}, Threads: []chattest.SeedThread{
			{ID: "19:chosen@thread.v2", Topic: "x", CreatedBy: chosen}, {ID: "named", Topic: "y", CreatedBy: "ana"},
		}}
		one, other := seeded(seed), seeded(seed)
		Expect(one.SeededUser(chosen).ID).To(Equal(chosen))
		Expect(one.SeededUser("ana").ID).To(HavePrefix("8:acs:" + resource + "_"))
		Expect(one.SeededUser("ana")).To(Equal(other.SeededUser("ana")))
		Expect(one.SeededUser("bo")).NotTo(Equal(other.SeededUser("ana")))
		Expect(one.SeededThread("named")).To(Equal(other.SeededThread("named")))
		as(one.Service, chattest.User{ID: chosen}).mustGet("/chat/threads/19:chosen@thread.v2")
		as(one.Service, one.SeededUser("ana")).mustGet("/chat/threads/" + one.SeededThread("named"))
		Expect(one.NewUser().ID).To(HavePrefix("8:acs:" + resource + "_"))
	})

	It("has no effect on a file with users or threads", func() {
		path := GinkgoT().TempDir() + "/chat.db"
		for range 2 {
			s, err := chattest.Open(api.Watch(&chattest.Options{Path: path, Seed: support()}))
			Expect(err).NotTo(HaveOccurred())
			Expect(s.Users()).To(HaveLen(3))
			Expect(s.Threads()).To(HaveLen(2))
			as(s, s.SeededUser("ana")).send("/chat/threads/"+s.SeededThread("support"), "x")
			Expect(s.Texts(s.SeededThread("support"))).NotTo(BeEmpty())
			Expect(s.Close()).To(Succeed())
		}
		s, err := chattest.Open(api.Watch(&chattest.Options{Path: path, Seed: support()}))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		Expect(s.Texts(s.SeededThread("support"))).To(HaveLen(5))
	})

	It("is what Dump returns, and starts another service with the same state", func() {
		first := seeded(support())
		ana, bo := as(first.Service, first.SeededUser("ana")), as(first.Service, first.SeededUser("bo"))
		thread := ana.thread("Live", bo)
		ana.mustPatch(thread+"/messages/"+ana.send(thread, "one"), `{"content":"one, again"}`)
		bo.send(thread, "gone")
		bo.post(thread+"/readReceipts", `{"chatMessageId":"`+ana.send(thread, "two")+`"}`).must(200)
		ana.mustPatch(thread, `{"topic":"Live again"}`)
		gone := newPerson(first.Service)
		ana.add(thread, gone)
		gone.send(thread, "forgotten")
		first.DeleteUser(gone.User)

		text, err := json.Marshal(first.Dump())
		Expect(err).NotTo(HaveOccurred())
		var seed chattest.Seed
		Expect(json.Unmarshal(text, &seed)).To(Succeed())
		second := seeded(&seed)
		Expect(second.Users()).To(ConsistOf(first.Users()))
		Expect(second.Threads()).To(HaveLen(3))
		for _, t := range first.Threads() {
			Expect(second.Texts(t.ID)).To(Equal(first.Texts(t.ID)))
			Expect(second.Participants(t.ID)).To(HaveLen(len(first.Participants(t.ID))))
			for i, p := range first.Participants(t.ID) {
				other := second.Participants(t.ID)[i]
				Expect([]any{other.Identifier, other.DisplayName, other.Metadata}).To(Equal([]any{p.Identifier, p.DisplayName, p.Metadata}))
			}
			messages := second.Messages(t.ID)
			Expect(messages).To(HaveLen(len(first.Messages(t.ID))))
			for i, m := range first.Messages(t.ID) {
				Expect([]any{messages[i].Type, messages[i].Content.Topic, messages[i].EditedOn.IsZero(), messages[i].DeletedOn.IsZero()}).To(
					Equal([]any{m.Type, m.Content.Topic, m.EditedOn.IsZero(), m.DeletedOn.IsZero()}))
				Expect(messages[i].CreatedOn).To(BeTemporally("~", m.CreatedOn, 10*time.Second))
			}
			Expect(second.Receipts(t.ID)).To(HaveLen(len(first.Receipts(t.ID))))
		}
		for _, user := range first.Users() {
			Expect(fields(items(as(second.Service, user).mustGet("/chat/threads").Body), "id")).To(
				Equal(fields(items(as(first.Service, user).mustGet("/chat/threads").Body), "id")))
		}
		Expect(json.Marshal(administer(first.Service)("GET", "/seed", "").Status)).To(BeEquivalentTo("200"))
	})

	DescribeTable("is refused with the place of the mistake",
		func(change func(*chattest.Seed), message string) {
			seed := support()
			change(seed)
			_, err := chattest.Open(api.Watch(&chattest.Options{Seed: seed}))
			Expect(err).To(MatchError("chattest: seed: " + message))
		},
		Entry("a malformed id", func(s *chattest.Seed) { s.Users[0] = "8:acs:x" }, `the user id "8:acs:x" is malformed`),
		Entry("two resources", func(s *chattest.Seed) {
			s.Users = append(s.Users, "8:acs:"+zeros+"_"+zeros, "8:acs:"+strings.ReplaceAll(zeros, "0", "1")+"_"+zeros)
		}, `the user id "8:acs:11111111-1111-1111-1111-111111111111_`+zeros+`" is of another resource than those before`),
		Entry("an unknown creator", func(s *chattest.Seed) { s.Threads[1].CreatedBy = "dee" }, `threads[1]: createdBy: "dee" is not one of the users`),
		Entry("no creator", func(s *chattest.Seed) { s.Threads[1].CreatedBy = "" }, `threads[1]: createdBy: "" is not one of the users`),
		Entry("an unknown participant", func(s *chattest.Seed) { s.Threads[0].Participants[1].User = "dee" }, `threads[0]: participants[1]: "dee" is not one of the users`),
		Entry("a participant listed twice", func(s *chattest.Seed) { s.Threads[0].Participants[1].User = "ana" }, `threads[0]: participants[1]: "ana" is named twice`),
		Entry("a sender who has not joined yet", func(s *chattest.Seed) { s.Threads[0].Messages[0].From = "cem" }, `threads[0]: messages[0]: "cem" is not a participant at that time`),
		Entry("a sender who has left", func(s *chattest.Seed) { s.Threads[0].Messages[6].From = "bo" }, `threads[0]: messages[6]: "bo" is not a participant at that time`),
		Entry("an unknown kind", func(s *chattest.Seed) { s.Threads[0].Messages[0].Kind = "image" }, `threads[0]: messages[0]: there is no kind "image"`),
		Entry("a message before its thread", func(s *chattest.Seed) { s.Threads[0].Messages[0].Ago = ago(4 * time.Hour) }, `threads[0]: messages[0] is longer ago than the thread`),
		Entry("an edit before the message", func(s *chattest.Seed) { s.Threads[0].Messages[1].Edited = new(ago(2 * time.Hour)) }, `threads[0]: messages[1].edited is longer ago than messages[1]`),
		Entry("a receipt before the message", func(s *chattest.Seed) { s.Threads[0].Messages[0].ReadBy[0].Ago = ago(150 * time.Minute) }, `threads[0]: messages[0].readBy is longer ago than messages[0]`),
		Entry("a deletion before a message", func(s *chattest.Seed) { s.Threads[0].Deleted = new(ago(time.Hour)) }, `threads[0]: messages[3] is later than deleted`),
		Entry("a text that is too long", func(s *chattest.Seed) { s.Threads[0].Messages[0].Text = strings.Repeat("x", 29<<10) }, `threads[0]: messages[0]: the text is too long`),
		Entry("a retention that is too short", func(s *chattest.Seed) { s.Threads[0].RetentionDays = 29 }, `threads[0]: retentionDays must be from 30 to 90`),
		Entry("two threads with one name", func(s *chattest.Seed) { s.Threads[1].ID = "support" }, `threads[0]: there is another thread "support"`),
	)

	DescribeTable("has durations in text",
		func(text string, d time.Duration, message string) {
			var read chattest.Ago
			err := read.UnmarshalText([]byte(text))
			if message != "" {
				Expect(err).To(MatchError(message))
				return
			}
			Expect(err).NotTo(HaveOccurred())
			Expect(read).To(Equal(ago(d)))
			Expect(read.MarshalText()).To(BeEquivalentTo(d.String()))
		},
		Entry(nil, "1h30m", 90*time.Minute, ""),
		Entry(nil, "0s", time.Duration(0), ""),
		Entry(nil, "-1s", time.Duration(0), `"-1s" must not be negative`),
		Entry(nil, "yesterday", time.Duration(0), `"yesterday" is not a duration such as "1.5s"`),
	)
})
