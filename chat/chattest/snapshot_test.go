package chattest_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A snapshot", func() {
	var (
		s       *chattest.Server
		ana, bo *person
		thread  string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 2)
		ana, bo = people[0], people[1]
		thread = ana.thread("State", bo)
		ana.send(thread, "one")
		bo.send(thread, "two")
	})
	// everything is what clients can see.
	everything := func() (seen []string) {
		GinkgoHelper()
		for _, p := range []*person{ana, bo} {
			list := p.mustGet("/chat/threads").Body
			seen = append(seen, list)
			for _, id := range fields(items(list), "id") {
				for _, path := range []string{"", "/messages?maxPageSize=200", "/participants", "/readReceipts"} {
					seen = append(seen, p.get("/chat/threads/"+id+path).Body)
				}
			}
		}
		return seen
	}

	It("restores what clients see, whatever has changed since, any number of times", func() {
		ana.post(thread+"/readReceipts", `{"chatMessageId":"`+bo.send(thread, "three")+`"}`).must(200)
		before := everything()
		state := s.Snapshot()
		for _, happens := range []func(){
			func() {},
			func() { ana.send(thread, "x") },
			func() { ana.mustPatch(thread, `{"topic":"Other"}`) },
			func() { ana.thread("Another", bo) },
			func() { ana.remove(thread, bo) },
			func() { ana.mustDelete(thread) },
			func() { s.DeleteUser(bo.User) },
			func() { s.Reset() },
			func() {
				for range 20 {
					ana.thread("Many")
				}
			},
		} {
			happens()
			s.Restore(state)
			Expect(everything()).To(Equal(before))
			Expect(s.Users()).To(Equal([]chattest.User{ana.User, bo.User}))
			s.Restore(state)
		}
		Expect(bo.send(thread, "after")).NotTo(BeEmpty())
	})

	It("restores revocations, so that a token is as valid as it was", func() {
		revoked := bo.token
		s.Revoke(bo.User)
		bo.token = s.Token(bo.User, 0)
		state := s.Snapshot()
		s.Revoke(ana.User)
		ana.get(thread).must(401)
		s.Restore(state)
		ana.mustGet(thread)
		bo.mustGet(thread)
		bo.token = revoked
		bo.get(thread).must(401)
	})

	It("restores the clock", func() {
		s.Advance(time.Hour)
		state := s.Snapshot()
		s.Advance(25 * time.Hour)
		ana.get(thread).must(401)
		s.Restore(state)
		ana.mustGet(thread)
		Expect(time.Until(s.Now())).To(BeNumerically("~", time.Hour, time.Minute))
	})

	It("restores faults, with the number of their hits", func() {
		kept := s.Fail(chattest.ListChatThreads, chattest.Fault{Times: 3})
		removed := s.Fail(chattest.GetChatThreadProperties, chattest.Fault{Status: 500})
		ana.get("/chat/threads").must(503)
		state := s.Snapshot()
		ana.get("/chat/threads").must(503)
		removed.Remove()
		later := s.Fail(chattest.ListChatMessages, chattest.Fault{Times: -1})
		s.Restore(state)
		Expect(kept.Fired()).To(Equal(1))
		Expect(s.Faults()).To(Equal([]*chattest.InjectedFault{kept, removed}))
		ana.mustGet(thread + "/messages")
		ana.get(thread).must(500)
		ana.get("/chat/threads").must(503)
		ana.get("/chat/threads").must(503)
		ana.mustGet("/chat/threads")
		Expect(s.Fail(chattest.Any, chattest.Fault{}).ID()).To(BeNumerically(">", later.ID()))
	})

	It("clears requests, events and the counts of limits when it is restored", func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, EnforceLimits: true}))
		ana = newPerson(s.Service)
		ana.thread("Limits")
		state := s.Snapshot()
		for ana.get("/chat/threads").Status == 200 {
		}
		Expect(s.Events()).NotTo(BeEmpty())
		s.Restore(state)
		Expect(s.Requests()).To(BeEmpty())
		Expect(s.Events()).To(BeEmpty())
		ana.mustGet("/chat/threads")
	})

	It("can be restored to a service with a file", func() {
		path := GinkgoT().TempDir() + "/chat.db"
		s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		ana := newPerson(s)
		state := s.Snapshot()
		ana.thread("Gone")
		s.Restore(state)
		Expect(s.Close()).To(Succeed())
		s, err = chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		Expect(s.Threads()).To(BeEmpty())
		Expect(s.Users()).To(Equal([]chattest.User{ana.User}))
	})

	It("can't be restored to another service", func() {
		const message = "chattest: restore: the snapshot is not one of this service"
		other := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		Expect(func() { other.Restore(s.Snapshot()) }).To(PanicWith(message))
		Expect(func() { other.Restore(nil) }).To(PanicWith(message))
	})

	It("is removed by its name in the admin handler, or with all others", func() {
		admin := administer(s.Service)
		for _, name := range []string{"", "a", "b", "c"} {
			admin("POST", "/snapshot", `{"name":"`+name+`"}`).must(201)
		}
		restores := func(names ...string) {
			GinkgoHelper()
			for _, name := range []string{"", "a", "b", "c"} {
				status := 404
				if slices.Contains(names, name) {
					status = 204
				}
				admin("POST", "/restore", `{"name":"`+name+`"}`).must(status)
			}
		}
		admin("DELETE", "/snapshot?name=a", "").matches(204, "")
		admin("DELETE", "/snapshot?name=other", "").matches(204, "")
		restores("", "b", "c")
		admin("DELETE", "/snapshot?name=&name=b", "").matches(204, "")
		restores("c")
		admin("POST", "/snapshot", "").must(201)
		restores("", "c")
		admin("DELETE", "/snapshot", "").matches(204, "")
		restores()
	})

	It("has a name in the admin handler", func() {
		admin := administer(s.Service)
		admin("POST", "/snapshot", "").matches(201, `{"name":""}`)
		id := ana.send(thread, "three")
		admin("POST", "/snapshot", `{"name":"three"}`).matches(201, `{"name":"three"}`)
		ana.mustDelete(thread)
		admin("POST", "/restore", `{"name":"three"}`).matches(204, "")
		ana.mustGet(thread + "/messages/" + id)
		admin("POST", "/restore", "").matches(204, "")
		ana.get(thread + "/messages/" + id).must(404)
		admin("POST", "/restore", `{"name":"four"}`).matches(404, documented("NotFound", `there is no snapshot "four"`, ""))
		admin("POST", "/snapshot", `{"nam":"x"}`).matches(400, documented("BadRequest", `unknown field "nam"`, ""))
		Expect(fmt.Sprint(s.Texts(strings.TrimPrefix(thread, "/chat/threads/")))).To(Equal("[one two]"))
	})
})
