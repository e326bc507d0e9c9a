package chattest_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The participants of a thread", func() {
	var (
		s            *chattest.Server
		ana, bo, cem *person
		thread       string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 3)
		ana, bo, cem = people[0], people[1], people[2]
		thread = ana.thread("People")
	})
	add := func(participants ...string) answer {
		GinkgoHelper()
		return ana.post(thread+"/participants/:add", `{"participants":[`+strings.Join(participants, ",")+`]}`)
	}
	messages := func() int { GinkgoHelper(); return len(items(ana.mustGet(thread + "/messages?maxPageSize=200").Body)) }

	Describe("when users are added", func() {
		It("have the members of the request, in the order of the service", func() {
			add(`{"metadata":{"z":"1","a":"2"},"shareHistoryTime":"2020-05-06T07:08:09.999Z","displayName":"<Bo>","communicationIdentifier":`+identifier(bo.ID)+`}`).matches(201, `{}`)
			Expect(items(ana.mustGet(thread + "/participants").Body)[1]).To(Equal(`{"communicationIdentifier":` + identifier(bo.ID) +
				`,"displayName":"<Bo>","shareHistoryTime":"2020-05-06T07:08:09Z","metadata":{"z":"1","a":"2"}}`))
		})

		It("can be identified by the nested id alone or the raw id alone", func() {
			add(`{"communicationIdentifier":{"communicationUser":{"id":"`+bo.ID+`"}}}`, `{"communicationIdentifier":{"rawId":"`+cem.ID+`"}}`).matches(201, `{}`)
			Expect(people(ana, thread)).To(Equal([]string{ana.ID, bo.ID, cem.ID}))
		})

		It("share one message, without those who are participants already", func() {
			before := messages()
			add(participant(bo.ID), participant(cem.ID), participant(bo.ID)).matches(201, `{}`)
			Expect(messages()).To(Equal(before + 1))
			list := ana.mustGet(thread + "/participants").Body
			add(`{"displayName":"Other","communicationIdentifier":`+identifier(bo.ID)+`}`).matches(201, `{}`)
			add().matches(201, `{}`)
			Expect(messages()).To(Equal(before + 1))
			Expect(ana.mustGet(thread + "/participants").Body).To(Equal(list))
		})

		It("do not include users who can't join, which the response lists", func() {
			gone, foreign := s.NewUser(), s.ForeignUser()
			s.DeleteUser(gone)
			before := messages()
			add(participant(gone.ID), participant(foreign.ID), `{"communicationIdentifier":{"microsoftTeamsUser":{"userId":"u","cloud":"dod"}}}`).
				matches(201, fmt.Sprintf(`{"invalidParticipants":[{"code":"404","message":"Not found","target":%q},`+
					`{"code":"403","message":"Permissions check failed","target":%q},{"code":"403","message":"Permissions check failed","target":"8:dod:u"}]}`, gone.ID, foreign.ID))
			Expect(messages()).To(Equal(before))
			Expect(people(ana, thread)).To(Equal([]string{ana.ID}))
		})

		DescribeTable("are refused with a start of the history that can't be written in UTC",
			func(since string) {
				add(`{"communicationIdentifier":` + identifier(bo.ID) + `,"shareHistoryTime":"` + since + `"}`).must(400)
				ana.post("/chat/threads", `{"topic":"t","participants":[{"communicationIdentifier":`+identifier(bo.ID)+`,"shareHistoryTime":"`+since+`"}]}`).must(400)
				Expect(people(ana, thread)).To(Equal([]string{ana.ID}))
			},
			Entry("after the year 9999", "9999-12-31T23:59:59-14:00"),
			Entry("before the year 0", "0000-01-01T00:00:00+14:00"),
		)

		DescribeTable("are refused one by one if they are not communication users",
			func(identifier, target string) {
				add(`{"communicationIdentifier":`+identifier+`}`).
					matches(201, `{"invalidParticipants":[{"code":"403","message":"Permissions check failed","target":"`+target+`"}]}`)
			},
			Entry("a telephone", `{"phoneNumber":{"value":"+1"}}`, "4:+1"),
			Entry("a Teams user", `{"microsoftTeamsUser":{"userId":"u"}}`, "8:orgid:u"),
			Entry("an anonymous one", `{"microsoftTeamsUser":{"userId":"u","isAnonymous":true}}`, "8:teamsvisitor:u"),
			Entry("a user with a different raw id", `{"rawId":"8:x","microsoftTeamsUser":{"userId":"u"}}`, "8:x"),
			Entry("a Teams app", `{"microsoftTeamsApp":{"appId":"a","cloud":"GCCH"}}`, "28:gcch:a"),
			Entry("an extension user", `{"teamsExtensionUser":{"userId":"u","tenantId":"t","resourceId":"r"}}`, "8:acs:r_t_u"),
			Entry("an extension user by raw id", `{"rawId":"8:acs:r_t_u"}`, "8:acs:r_t_u"),
			Entry("a Skype user", `{"rawId":"8:spool:x"}`, "8:spool:x"),
			Entry("another one", `{"rawId":"48:x"}`, "48:x"),
		)

		DescribeTable("are refused as a whole for a malformed id",
			func(identifier, id string) {
				message := ""
				if id != "-" {
					message = "Identifier format is invalid (" + id + ")."
				}
				add(participant(bo.ID), `{"communicationIdentifier":`+identifier+`}`).refused(400, message)
				Expect(people(ana, thread)).To(Equal([]string{ana.ID}))
				ana.post(thread+"/participants/:remove", identifier).refused(400, message)
			},
			Entry("a user without a resource", `{"communicationUser":{"id":"8:acs:unknown"}}`, "8:acs:unknown"),
			Entry("the same by raw id", `{"rawId":"8:acs:unknown"}`, "8:acs:unknown"),
			Entry("a user with a truncated resource", `{"communicationUser":{"id":"8:acs:a_b"}}`, "8:acs:a_b"),
			Entry("another kind in place of a user", `{"communicationUser":{"id":"4:+1"}}`, "4:+1"),
			Entry("a raw id of no kind", `{"rawId":"unknown"}`, "unknown"),
			Entry("a raw id without digits", `{"rawId":"gid:uuid"}`, "gid:uuid"),
			Entry("an empty raw id", `{"rawId":""}`, ""),
			Entry("an empty identifier", `{}`, ""),
			Entry("two kinds", `{"phoneNumber":{"value":"+1"},"microsoftTeamsUser":{"userId":"u"}}`, "-"),
		)

		It("are at most 200 in a call and 250 in a thread", func() {
			batch := func(n int) (texts []string) {
				for _, user := range s.NewUsers(n) {
					texts = append(texts, participant(user.ID))
				}
				return texts
			}
			add(batch(201)...).refused(400, "")
			add(batch(200)...).matches(201, `{}`)
			add(batch(50)...).refused(400, "")
			add(batch(49)...).matches(201, `{}`)
			add(participant(ana.ID)).matches(201, `{}`)
			add(participant(bo.ID)).refused(400, "")
			Expect(items(ana.mustGet(thread + "/participants").Body)).To(HaveLen(250))
		})
	})

	Describe("when a user is removed", func() {
		It("can't do anything in the thread any more", func() {
			ana.add(thread, bo)
			id := bo.send(thread, "x")
			ana.remove(thread, bo)
			for _, path := range []string{"", "/messages", "/messages/" + id, "/participants", "/readReceipts"} {
				bo.get(thread+path).refused(403, notAllowed)
			}
			bo.post(thread+"/messages", `{"content":"x"}`).refused(403, notAllowed)
			Expect(people(ana, thread)).To(Equal([]string{ana.ID}))
		})

		It("can remove themselves, and are listed last if they return", func() {
			ana.add(thread, bo, cem)
			bo.remove(thread, bo)
			ana.add(thread, bo)
			Expect(people(ana, thread)).To(Equal([]string{ana.ID, cem.ID, bo.ID}))
		})

		It("need not include the removed user", func() {
			before := messages()
			for _, id := range []string{bo.ID, s.ForeignUser().ID, "4:+1"} {
				ana.post(thread+"/participants/:remove", `{"rawId":"`+id+`"}`).must(204)
			}
			Expect(messages()).To(Equal(before))
		})
	})

	It("are listed in the order they joined, on one page by default", func() {
		ana.add(thread, bo, cem)
		all := ana.mustGet(thread + "/participants").Body
		Expect(items(all)).To(HaveLen(3))
		Expect(nextLink(all)).To(BeEmpty())
		page := ana.mustGet(thread + "/participants?maxPageSize=2").Body
		Expect(nextLink(page)).To(Equal(s.Endpoint() + thread + "/participants?skip=2&maxPageSize=2&api-version=2025-03-15"))
		Expect(items(ana.mustGet(nextLink(page)).Body)).To(Equal(items(all)[2:]))
		Expect(nextLink(ana.mustGet(nextLink(page)).Body)).To(BeEmpty())
		Expect(nextLink(ana.mustGet(thread + "/participants?maxPageSize=3").Body)).To(BeEmpty())
		Expect(items(ana.mustGet(thread + "/participants?skip=1").Body)).To(Equal(items(all)[1:]))
		Expect(items(ana.mustGet(thread + "/participants?skip=9").Body)).To(BeEmpty())
		ana.get(thread+"/participants?skip=-1").refused(400, "")
	})

	It("read only messages since the share history time", func() {
		bubble(func(s *chattest.Service) {
			ana, bo := newPerson(s), newPerson(s)
			thread := ana.thread("Shared")
			old := ana.send(thread, "old")
			ana.send(thread, "older than it looks")
			time.Sleep(time.Minute)
			since := s.Now()
			ana.post(thread+"/participants/:add", `{"participants":[{"communicationIdentifier":`+identifier(bo.ID)+
				`,"shareHistoryTime":"`+second(since)+`"}]}`).must(201)
			ana.mustPatch(thread+"/messages/"+old, `{"content":"old, again"}`)
			Expect(fields(items(bo.mustGet(thread+"/messages").Body), "type")).To(Equal([]string{"participantAdded"}))
			bo.get(thread+"/messages/"+old).refused(404, "")
			Expect(items(ana.mustGet(thread + "/messages").Body)).To(HaveLen(5))
		})
	})

	It("can't be removed by a former participant, whose error says so, or by another user", func() {
		ana.add(thread, bo)
		path := thread + "/participants/:remove"
		id := strings.TrimPrefix(thread, "/chat/threads/")
		bo.post(path, identifier(bo.ID)).must(204)
		for _, other := range []*person{bo, ana} {
			bo.post(path, identifier(other.ID)).refused(403, "User "+bo.ID+" is not a member of the thread "+id)
		}
		bo.post(thread+"/participants/:add", `{"participants":[]}`).refused(403, notAllowed)
		cem.post(path, identifier(cem.ID)).refused(403, notAllowed)
		ana.add(thread, bo)
		bo.post(path, identifier(bo.ID)).must(204)
	})

	It("no longer include a deleted user, whose messages are deleted too", func() {
		ana.add(thread, bo)
		edited := bo.send(thread, "one")
		bo.mustPatch(thread+"/messages/"+edited, `{"content":"one, again"}`)
		bo.send(thread, "two")
		mine := ana.send(thread, "three")
		bo.post(thread+"/readReceipts", `{"chatMessageId":"`+mine+`"}`).must(200)
		s.DeleteUser(bo.User)
		s.DeleteUser(bo.User)
		Expect(people(ana, thread)).To(Equal([]string{ana.ID}))
		Expect(fields(items(ana.mustGet(thread+"/messages").Body), "sequenceId")).To(Equal([]string{"6", "3", "2", "1"}))
		ana.get(thread+"/messages/"+edited).refused(404, "")
		Expect(items(ana.mustGet(thread + "/readReceipts").Body)).To(BeEmpty())
		add(participant(bo.ID)).matches(201, `{"invalidParticipants":[{"code":"404","message":"Not found","target":"`+bo.ID+`"}]}`)
	})
})

var _ = Describe("Read receipts", func() {
	var (
		s       *chattest.Server
		ana, bo *person
		thread  string
		ids     []string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 2)
		ana, bo = people[0], people[1]
		thread = ana.thread("Receipts", bo)
		ids = []string{ana.send(thread, "one"), ana.send(thread, "two")}
	})
	read := func(p *person, id string) {
		GinkgoHelper()
		p.post(thread+"/readReceipts", `{"chatMessageId":"`+id+`"}`).matches(200, "")
	}
	list := func() []string { GinkgoHelper(); return items(ana.mustGet(thread + "/readReceipts").Body) }

	It("are the last one of each participant, in the order they joined", func() {
		read(bo, ids[0])
		read(ana, ids[0])
		read(bo, ids[1])
		Expect(fields(list(), "chatMessageId")).To(Equal([]string{ids[0], ids[1]}))
		Expect(fields(list(), "senderCommunicationIdentifier")).To(Equal([]string{identifier(ana.ID), identifier(bo.ID)}))
		Expect(items(bo.mustGet(thread + "/readReceipts").Body)).To(Equal(list()))
	})

	It("are paged like participants", func() {
		read(ana, ids[0])
		read(bo, ids[0])
		page := ana.mustGet(thread + "/readReceipts?maxPageSize=1").Body
		Expect(nextLink(page)).To(Equal(s.Endpoint() + thread + "/readReceipts?skip=1&maxPageSize=1&api-version=2025-03-15"))
		Expect(append(items(page), items(ana.mustGet(nextLink(page)).Body)...)).To(Equal(list()))
	})

	It("are kept for messages of the service too", func() {
		system := field(items(ana.mustGet(thread + "/messages?maxPageSize=200").Body)[3], "id")
		read(bo, system)
		Expect(fields(list(), "chatMessageId")).To(Equal([]string{system}))
	})

	It("are deleted with the participant", func() {
		read(bo, ids[0])
		ana.remove(thread, bo)
		Expect(list()).To(BeEmpty())
	})

	It("are accepted and dropped in a thread of more than 20 participants", func() {
		read(ana, ids[0])
		ana.add(thread, newPeople(s.Service, 18)...)
		read(bo, ids[0])
		Expect(list()).To(HaveLen(2))
		ana.add(thread, newPerson(s.Service))
		read(bo, ids[1])
		Expect(list()).To(BeEmpty())
	})
})
