package chattest_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A service of a sovereign cloud", func() {
	DescribeTable("has users and threads of that cloud",
		func(ctx SpecContext, cloud chat.Cloud, user, thread string) {
			s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, Cloud: cloud, EntraTokens: []chattest.EntraToken{
				{Token: "person", ObjectID: anaObject, TenantID: anaTenant},
			}}))
			people := newPeople(s.Service, 2)
			ana, bo := people[0], people[1]
			Expect(ana.ID).To(HavePrefix(user))
			Expect(payload(ana.token)).To(HavePrefix(`{"skypeid":"` + strings.TrimPrefix(ana.ID, "8:") + `"`))
			Expect(field(field(managerOf(s.Service).post("/identities", "").must(201).Body, "identity"), "id")).To(HavePrefix(user))

			for _, headers := range [][]string{nil, {"Repeatability-Request-Id", "r"}} {
				a := ana.do("POST", "/chat/threads", `{"topic":"x"}`, headers...).must(201)
				id := field(field(a.Body, "chatThread"), "id")
				Expect(id).To(HavePrefix(thread))
				Expect(a.Header.Get("Location")).To(HaveSuffix("/chat/threads/" + strings.ReplaceAll(id, ":", "%3A")))
				path := "/chat/threads/" + id
				ana.add(path, bo)
				bo.send(path, "x")
				Expect(items(ana.mustGet(strings.ReplaceAll(path, ":", "%3A") + "/messages").Body)).To(HaveLen(4))
				Expect(nextLink(ana.mustGet(path + "/messages?maxPageSize=1").Body)).To(HavePrefix(s.Endpoint() + path))
			}

			foreign := s.ForeignUser()
			Expect(foreign.ID).To(HavePrefix(user))
			ana.post(ana.thread("Others")+"/participants/:add", `{"participants":[`+participant(foreign.ID)+`]}`).matches(201,
				`{"invalidParticipants":[{"code":"403","message":"Permissions check failed","target":"`+foreign.ID+`"}]}`)
			ana.get("/chat/threads/"+thread+"0@thread.v2").refused(404, noSuchThread)

			created, err := s.Client(ana.User).CreateThread(ctx, "Library", &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: bo.User}}})
			Expect(err).NotTo(HaveOccurred())
			Expect(created.Failed).To(BeEmpty())
			Expect(s.Participants(created.Thread.ID)).To(HaveExactElements(
				HaveField("Identifier", chat.Identifier(ana.User)), HaveField("Identifier", chat.Identifier(bo.User))))

			extension := (&person{service: s.Service, token: "person"}).do("POST", "/access/teamsExtension/:exchangeAccessToken?"+identityVersion, "{}").must(200)
			Expect(field(field(extension.Body, "identity"), "id")).To(HavePrefix(user))
		},
		Entry("the public one", chat.CloudPublic, "8:acs:", "19:"),
		Entry("the US government's", chat.CloudGCCH, "8:gcch-acs:", "19:gcch:"),
		Entry("the US department of defense's", chat.CloudDoD, "8:dod-acs:", "19:dod:"),
	)

	It("refuses ids that are malformed in any cloud", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana := newPerson(s.Service)
		thread := ana.thread("x")
		for _, id := range []string{"8:gcch-acs:x", "8:dod-acs:x", "8:gcch-acs:" + zeros} {
			ana.post(thread+"/participants/:add", `{"participants":[`+participant(id)+`]}`).refused(400, "Identifier format is invalid ("+id+").")
		}
		for _, id := range []string{"19:gcch:", "19:gcch:@thread.v2", "19:x:0@thread.v2", "19:gcch:gcch:0@thread.v2"} {
			ana.get("/chat/threads/"+id).refused(400, "")
		}
		ana.get("/chat/threads/19:gcch:0@thread.v2").refused(404, noSuchThread)
	})

	It("refuses an unknown cloud", func() {
		_, err := chattest.Open(api.Watch(&chattest.Options{Cloud: "mars"}))
		Expect(err).To(MatchError(`chattest: there is no cloud "mars"; it is "", "dod" or "gcch"`))
	})
})
