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

var _ = Describe("A thread", func() {
	var (
		s       *chattest.Server
		ana, bo *person
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 2)
		ana, bo = people[0], people[1]
	})
	create := func(p *person, key, body string) answer {
		GinkgoHelper()
		return p.do("POST", "/chat/threads", body, "Repeatability-Request-Id", key)
	}

	Describe("when it is created", func() {
		It("gets an id that is derived from its creator and the repeatability id", func() {
			first := create(ana, "key", `{"topic":"One"}`).must(201)
			Expect(field(field(first.Body, "chatThread"), "id")).To(MatchRegexp(`^19:acsV2_[A-Za-z0-9_-]{43}1@thread\.v2$`))
			Expect(field(field(create(bo, "key", `{"topic":"One"}`).Body, "chatThread"), "id")).
				NotTo(Equal(field(field(first.Body, "chatThread"), "id")))
		})

		It("gets a random id of another form without one", func() {
			one, two := ana.thread("One"), ana.thread("One")
			Expect(one).To(MatchRegexp(`^/chat/threads/19:[0-9a-f]{32}@thread\.v2$`))
			Expect(two).NotTo(Equal(one))
		})

		It("is returned again when the create is repeated, whatever its state", func() {
			gone := s.NewUser()
			s.DeleteUser(gone)
			first := create(ana, "key", `{"topic":"One","participants":[`+participant(gone.ID)+`]}`).must(201)
			Expect(first.Body).To(ContainSubstring("invalidParticipants"))
			s.Advance(time.Minute)
			thread := "/chat/threads/" + field(field(first.Body, "chatThread"), "id")
			ana.mustPatch(thread, `{"topic":"Two"}`)
			again := create(ana, "key", `{"topic":"Something else"}`)
			again.matches(201, first.Body)
			Expect(again.Header.Get("Location")).To(Equal(first.Header.Get("Location")))
			Expect(field(ana.mustGet(thread).Body, "topic")).To(Equal("Two"))
			Expect(items(ana.mustGet("/chat/threads").Body)).To(HaveLen(1))
			Expect(items(ana.mustGet(thread + "/messages").Body)).To(HaveLen(3))

			ana.mustDelete(thread)
			create(ana, "key", `{"topic":"One"}`).matches(201, first.Body)
		})

		It("keeps a listed creator in its place, and adds one who is not listed as the first", func() {
			thread := ana.thread("Listed", bo, ana, bo)
			Expect(people(ana, thread)).To(Equal([]string{bo.ID, ana.ID}))
			thread = ana.thread("Not listed", bo)
			Expect(people(ana, thread)).To(Equal([]string{ana.ID, bo.ID}))
		})

		It("reports users who can't join, and is created without them", func() {
			gone := s.NewUser()
			s.DeleteUser(gone)
			a := ana.post("/chat/threads", `{"topic":"Partly","participants":[`+participant(bo.ID)+`,`+participant(gone.ID)+
				`,{"communicationIdentifier":{"phoneNumber":{"value":"+15555550123"}}}]}`).must(201)
			Expect(field(a.Body, "invalidParticipants")).To(Equal(
				`[{"code":"404","message":"Not found","target":"` + gone.ID + `"},{"code":"403","message":"Permissions check failed","target":"4:+15555550123"}]`))
			thread := "/chat/threads/" + field(field(a.Body, "chatThread"), "id")
			Expect(people(ana, thread)).To(Equal([]string{ana.ID, bo.ID}))
		})

		It("is refused as a whole for a user of another resource", func() {
			ana.post("/chat/threads", `{"topic":"x","participants":[`+participant(bo.ID)+`,`+participant(s.ForeignUser().ID)+`]}`).refused(403, "")
			Expect(items(bo.mustGet("/chat/threads").Body)).To(BeEmpty())
		})

		DescribeTable("is refused",
			func(body, message string) { ana.post("/chat/threads", body).refused(400, message) },
			Entry("without a topic", `{}`, ""),
			Entry("with a null for a topic", `{"topic":null}`, ""),
			Entry("with a malformed id", `{"topic":"x","participants":[{"communicationIdentifier":{"rawId":"unknown"}}]}`, "Identifier format is invalid (unknown)."),
			Entry("with an empty id", `{"topic":"x","participants":[{}]}`, "Identifier format is invalid ()."),
			Entry("with more than 200 people", `{"topic":"x","participants":[`+strings.TrimSuffix(strings.Repeat(participant("4:1")+",", 201), ",")+`]}`, ""),
			Entry("with too much metadata", `{"topic":"x","metadata":{"k":"`+strings.Repeat("v", 1024)+`"}}`, ""),
			Entry("with too much metadata of a participant",
				`{"topic":"x","participants":[{"communicationIdentifier":{"rawId":"4:1"},"metadata":{"k":"`+strings.Repeat("v", 1024)+`"}}]}`, ""),
			Entry("with an unknown retention", `{"topic":"x","retentionPolicy":{"kind":"forever"}}`, ""),
			Entry("with a retention of an empty kind", `{"topic":"x","retentionPolicy":{"kind":"","deleteThreadAfterDays":60}}`, ""),
			Entry("with a retention without a kind", `{"topic":"x","retentionPolicy":{"deleteThreadAfterDays":60}}`, ""),
			Entry("with a retention without days", `{"topic":"x","retentionPolicy":{"kind":"threadCreationDate"}}`, ""),
			Entry("with a retention of 29 days", `{"topic":"x","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":29}}`, ""),
			Entry("with a retention of 91 days", `{"topic":"x","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":91}}`, ""),
		)

		It("treats null as absent, and accepts an empty topic", func() {
			a := ana.post("/chat/threads", `{"topic":"","participants":null,"metadata":null,"retentionPolicy":null}`).must(201)
			Expect(a.Body).To(And(ContainSubstring(`"topic":"",`), ContainSubstring(`"retentionPolicy":{"kind":"none"}`), Not(ContainSubstring("metadata"))))
		})
	})

	Describe("its properties", func() {
		var thread string
		metadata := func() string { GinkgoHelper(); return field(ana.mustGet(thread).Body, "metadata") }
		BeforeEach(func() {
			a := ana.post("/chat/threads", `{"topic":"a < b & c > d","metadata":{"z":"1","a":"2","m":""}}`).must(201)
			thread = "/chat/threads/" + field(field(a.Body, "chatThread"), "id")
		})

		It("are not escaped for HTML, and keep the order of metadata", func() {
			Expect(ana.mustGet(thread).Body).To(ContainSubstring(`"topic":"a < b & c > d"`))
			Expect(metadata()).To(Equal(`{"z":"1","a":"2","m":""}`))
		})

		It("merge metadata: new keys are added at the end, changed keys keep their place, empty and null ones are removed", func() {
			ana.mustPatch(thread, `{"metadata":{"new":"4","a":"3","z":"","m":null}}`)
			Expect(metadata()).To(Equal(`{"a":"3","new":"4"}`))
			ana.mustPatch(thread, `{"metadata":{"a":"","new":""}}`)
			Expect(metadata()).To(Equal(`{}`))
			ana.mustPatch(thread, `{"metadata":null}`)
			Expect(metadata()).To(BeEmpty())
		})

		It("keep empty metadata that was given", func() {
			Expect(ana.post("/chat/threads", `{"topic":"x","metadata":{}}`).must(201).Body).To(ContainSubstring(`"metadata":{},`))
		})

		It("have up to 1 KB of metadata in total", func() {
			ana.mustPatch(thread, `{"metadata":{"k":"`+strings.Repeat("v", 1000)+`"}}`)
			ana.patch(thread, `{"metadata":{"l":"`+strings.Repeat("v", 1000)+`"}}`).refused(400, "")
			Expect(metadata()).To(HaveSuffix(`v"}`))
		})

		It("change together, and only a topic writes a message", func() {
			ana.mustPatch(thread, `{"topic":"New","metadata":{"n":"1"},"retentionPolicy":{"deleteThreadAfterDays":30,"kind":"threadCreationDate"}}`)
			Expect(ana.mustGet(thread).Body).To(And(ContainSubstring(`"topic":"New"`), ContainSubstring(`"n":"1"`),
				ContainSubstring(`"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}`)))
			Expect(fields(items(ana.mustGet(thread+"/messages").Body), "type")).To(Equal([]string{"topicUpdated", "topicUpdated", "participantAdded"}))
			ana.mustPatch(thread, `{"retentionPolicy":null}`)
			ana.mustPatch(thread, `{"metadata":{"n":"2"}}`)
			Expect(ana.mustGet(thread).Body).To(ContainSubstring(`"retentionPolicy":{"kind":"none"}`))
			Expect(items(ana.mustGet(thread + "/messages").Body)).To(HaveLen(3))
		})

		It("are unchanged if the patch omits them", func() {
			before := ana.mustGet(thread).Body
			ana.mustPatch(thread, `{}`)
			ana.mustPatch(thread, `{"topic":null}`)
			Expect(ana.mustGet(thread).Body).To(Equal(before))
		})
	})

	Describe("for other users", func() {
		It("is 403 to users who are not participants", func() {
			thread := ana.thread("Private")
			bo.get(thread).refused(403, notAllowed)
			bo.patch(thread, `{"topic":"x"}`).refused(403, notAllowed)
			bo.delete(thread).refused(403, notAllowed)
		})

		It("is 404 if it does not exist, and 400 if its id is malformed, except for its participants", func() {
			for _, path := range []string{"", "/messages", "/participants", "/readReceipts"} {
				ana.get("/chat/threads/"+unknownThread+path).refused(404, noSuchThread)
			}
			for _, path := range []string{"", "/messages", "/messages/1", "/readReceipts"} {
				ana.get("/chat/threads/none"+path).refused(400, "")
			}
			ana.get("/chat/threads/none/participants").refused(404, "")
			ana.post("/chat/threads/none/participants/:add", `{"participants":[]}`).refused(400, "")
			ana.delete("/chat/threads/"+unknownThread).refused(404, noSuchThread)
			ana.delete("/chat/threads/none").refused(400, "")
		})
	})

	Describe("when it is deleted", func() {
		It("is 404 for a get and 403 for other operations, for every participant", func() {
			thread := ana.thread("Gone", bo)
			id := ana.send(thread, "x")
			ana.mustDelete(thread)
			for _, p := range []*person{ana, bo} {
				p.get(thread).refused(404, noSuchThread)
				p.get(thread+"/messages").refused(403, notAllowed)
				p.post(thread+"/messages", `{"content":"x"}`).refused(403, notAllowed)
				p.get(thread+"/messages/"+id).refused(403, notAllowed)
				p.post(thread+"/typing", "").refused(403, notAllowed)
			}
		})

		It("can be deleted again by its participants, which changes nothing", func() {
			thread := ana.thread("Gone", bo)
			ana.mustDelete(thread)
			listed := bo.mustGet("/chat/threads").Body
			s.Advance(time.Minute)
			ana.mustDelete(thread)
			bo.mustDelete(thread)
			Expect(bo.mustGet("/chat/threads").Body).To(Equal(listed))
			newPerson(s.Service).delete(thread).refused(403, notAllowed)
		})

		It("stays in the list of threads, with the times of its deletion and its last message", func() {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				thread := ana.thread("Gone")
				created := s.Now()
				s.Advance(time.Minute)
				ana.mustDelete(thread)
				Expect(items(ana.mustGet("/chat/threads").Body)).To(Equal([]string{fmt.Sprintf(
					`{"id":%q,"topic":"Gone","deletedOn":%q,"lastMessageReceivedOn":%q}`,
					strings.TrimPrefix(thread, "/chat/threads/"), second(created.Add(time.Minute)), second(created))}))
			})
		})
	})
})

// people lists who is in a thread.
func people(p *person, thread string) []string {
	GinkgoHelper()
	ids := fields(items(p.mustGet(thread+"/participants").Body), "communicationIdentifier")
	for i, id := range ids {
		ids[i] = field(id, "rawId")
		Expect(id).To(Equal(identifier(ids[i])))
	}
	return ids
}
