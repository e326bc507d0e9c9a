package chattest_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A fault of a list", func() {
	var (
		s      *chattest.Server
		ana    *person
		thread string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		everybody := newPeople(s.Service, 4)
		ana = everybody[0]
		thread = ana.thread("Pages", everybody[1:]...)
		for _, p := range everybody {
			id := p.send(thread, "Hello from "+p.ID)
			p.post(thread+"/readReceipts", `{"chatMessageId":"`+id+`"}`).must(200)
			ana.thread("Another")
		}
	})
	// whole is every item of a list, in its order.
	whole := func(target string) (all []string) {
		GinkgoHelper()
		for _, page := range ana.pages(target) {
			all = append(all, page...)
		}
		return all
	}
	lists := []TableEntry{
		Entry("of threads", chattest.ListChatThreads, "/chat/threads"),
		Entry("of messages", chattest.ListChatMessages, "{thread}/messages"),
		Entry("of participants", chattest.ListChatParticipants, "{thread}/participants"),
		Entry("of receipts", chattest.ListChatReadReceipts, "{thread}/readReceipts"),
	}

	DescribeTable("can be an empty page with a link, and no item is missing",
		func(op chattest.Operation, target string) {
			target = strings.Replace(target, "{thread}", thread, 1)
			before := whole(target + "?maxPageSize=3")
			s.Fail(op, chattest.Fault{EmptyPage: true, Nth: 1, Times: 2})
			s.Fail(op, chattest.Fault{EmptyPage: true, Nth: 2})
			pages := ana.pages(target + "?maxPageSize=3")
			Expect([]int{len(pages[0]), len(pages[1])}).To(Equal([]int{0, 0}))
			Expect(whole(target + "?maxPageSize=3")).To(Equal(before))
			var after []string
			for _, page := range pages {
				after = append(after, page...)
			}
			Expect(after).To(Equal(before))
		}, lists)

	DescribeTable("can be a short page, with the rest behind its link",
		func(op chattest.Operation, target string) {
			target = strings.Replace(target, "{thread}", thread, 1)
			before := whole(target + "?maxPageSize=3")
			s.Fail(op, chattest.Fault{ShortPage: 1})
			s.Fail(op, chattest.Fault{ShortPage: 2})
			pages := ana.pages(target + "?maxPageSize=3")
			Expect([]int{len(pages[0]), len(pages[1])}).To(Equal([]int{1, 2}))
			var after []string
			for _, page := range pages {
				after = append(after, page...)
			}
			Expect(after).To(Equal(before))
			Expect(s.Requests(op)[len(s.Requests(op))-1].Query.Get("maxPageSize")).To(Equal("3"))
		}, lists)

	DescribeTable("can repeat an item",
		func(op chattest.Operation, target string) {
			target = strings.Replace(target, "{thread}", thread, 1)
			before := ana.mustGet(target + "?maxPageSize=2").Body
			s.Fail(op, chattest.Fault{DuplicateItem: true})
			after := ana.mustGet(target + "?maxPageSize=2").Body
			Expect(items(after)).To(Equal(append(items(before), items(before)[1])))
			Expect(nextLink(after)).To(Equal(nextLink(before)))
		}, lists)

	It("does not change responses that are not pages", func() {
		s.Fail(chattest.ListChatReadReceipts, chattest.Fault{DuplicateItem: true})
		Expect(ana.mustGet(ana.thread("Empty") + "/readReceipts").Body).To(Equal(`{"value":[]}`))
		for _, fault := range []chattest.Fault{{EmptyPage: true}, {DuplicateItem: true}, {ShortPage: 1}} {
			s.Fail(chattest.Any, fault)
			Expect(field(ana.mustGet(thread).Body, "topic")).To(Equal("Pages"))
			s.Fail(chattest.Any, fault)
			ana.get("/chat/threads/"+unknownThread+"/messages").refused(404, noSuchThread)
		}
	})

	DescribeTable("is refused for an operation that it can't change:",
		func(op chattest.Operation, fault chattest.Fault, reason string) {
			Expect(func() { s.Fail(op, fault) }).To(PanicWith(ContainSubstring(reason)))
			Expect(s.Faults()).To(BeEmpty())
			s.Fail(chattest.Any, fault)
		},
		Entry("an empty page", chattest.GetChatMessage, chattest.Fault{EmptyPage: true}, "ChatThread_GetChatMessage can't have emptyPage"),
		Entry("a short page", chattest.SendChatMessage, chattest.Fault{ShortPage: 1}, "ChatThread_SendChatMessage can't have shortPage"),
		Entry("an item twice", chattest.CreateIdentity, chattest.Fault{DuplicateItem: true}, "CommunicationIdentity_Create can't have duplicateItem"),
		Entry("another host", chattest.RegisterRealtime, chattest.Fault{NextLinkHost: "x"}, "Realtime_Register can't have nextLinkHost"),
		Entry("a page of a socket", chattest.OpenRealtimeSocket, chattest.Fault{EmptyPage: true}, "Realtime_OpenSocket can't have emptyPage"),
		Entry("a lag", chattest.ListChatThreads, chattest.Fault{ListingLag: time.Second}, "Chat_ListChatThreads can't have listingLag"),
		Entry("a clock", chattest.ListChatThreads, chattest.Fault{ClockSkew: time.Hour}, "Chat_ListChatThreads can't have clockSkew"),
	)

	It("can be combined with another host", func() {
		s.Fail(chattest.ListChatThreads, chattest.Fault{EmptyPage: true, NextLinkHost: "elsewhere.invalid"})
		Expect(nextLink(ana.mustGet("/chat/threads?maxPageSize=2").Body)).To(Equal("https://elsewhere.invalid/chat/threads?maxPageSize=2&" + version))
	})
})

var _ = Describe("A fault", func() {
	var (
		s   *chattest.Server
		ana *person
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana = newPerson(s.Service)
	})

	It("can make a request take effect twice", func() {
		thread := ana.thread("Twice")
		s.Fail(chattest.SendChatMessage, chattest.Fault{DuplicateRequest: true})
		id := ana.send(thread, "Hello")
		Expect(s.Texts(strings.TrimPrefix(thread, "/chat/threads/"))).To(Equal([]string{"Hello", "Hello"}))
		Expect(field(items(ana.mustGet(thread + "/messages").Body)[0], "id")).To(Equal(id))
		Expect(s.Requests(chattest.SendChatMessage)).To(HaveLen(1))
	})

	It("creates one thread if it duplicates a repeatable create", func() {
		s.Fail(chattest.CreateChatThread, chattest.Fault{DuplicateRequest: true})
		ana.do("POST", "/chat/threads", `{"topic":"x"}`, "repeatability-request-id", "r").must(201)
		Expect(s.Threads()).To(HaveLen(1))
	})

	It("revokes the tokens of the caller", func() {
		bo := newPerson(s.Service)
		s.Fail(chattest.ListChatThreads, chattest.Fault{RevokedToken: true})
		ana.get("/chat/threads").matches(401, "")
		ana.get("/chat/threads").matches(401, "")
		bo.mustGet("/chat/threads")
		as(s.Service, ana.User).mustGet("/chat/threads")
	})

	It("revokes nothing if the caller is not authenticated", func() {
		s.Fail(chattest.ListChatThreads, chattest.Fault{RevokedToken: true})
		(&person{service: s.Service}).get("/chat/threads").matches(401, "")
		ana.mustGet("/chat/threads")
	})

	It("answers for the identity API in its style", func() {
		m := managerOf(s.Service)
		fail := func(fault chattest.Fault) answer {
			GinkgoHelper()
			s.Fail(chattest.CreateIdentity, fault)
			return m.post("/identities", "")
		}
		fail(chattest.Fault{}).matches(503, documented("ServiceUnavailable", "The service is unavailable.", ""))
		fail(chattest.Fault{Status: 500}).matches(500, documented("InternalServerError", "Internal Server Error.", ""))
		fail(chattest.Fault{Status: 429, Message: "Later."}).matches(429, documented("TooManyRequests", "Later.", ""))
		for _, fault := range []chattest.Fault{{ExpiredToken: true}, {RevokedToken: true}, {Status: 401}} {
			a := fail(fault)
			a.matches(401, documented("Denied", deniedMessage, ""))
			Expect(a.Header).NotTo(HaveKey("Api-Supported-Versions"))
			Expect(a.Header).To(HaveKey("Request-Context"))
		}
		Expect(s.NewUser().ID).To(HaveSuffix("000002"), "no other user was made")
		a := fail(chattest.Fault{DuplicateRequest: true}).must(201)
		Expect(field(field(a.Body, "identity"), "id")).To(HaveSuffix("000004"))
		s.Fail(chattest.IssueAccessToken, chattest.Fault{HTML: true})
		Expect(m.post("/identities/"+ana.ID+"/:issueAccessToken", `{"scopes":["chat"]}`).must(200).Body).To(HavePrefix("<!DOCTYPE html>"))
	})

	It("has an id, which the requests that it hit contain", func() {
		one := s.Fail(chattest.ListChatThreads, chattest.Fault{Nth: 2, Status: 500})
		two := s.Fail(chattest.Any, chattest.Fault{Delay: 1})
		Expect([]int{one.ID(), two.ID()}).To(Equal([]int{1, 2}))
		Expect([]any{one.Operation(), one.Fault(), two.Operation()}).To(Equal([]any{chattest.ListChatThreads, chattest.Fault{Nth: 2, Status: 500}, chattest.Any}))
		for range 3 {
			ana.get("/chat/threads")
		}
		var hit []int
		for _, q := range s.Requests() {
			hit = append(hit, q.Fault)
		}
		Expect(hit).To(Equal([]int{2, 1, 0}))
	})

	It("is listed while it may hit", func() {
		once := s.Fail(chattest.ListChatThreads, chattest.Fault{})
		always := s.Fail(chattest.ListChatThreads, chattest.Fault{Times: -1})
		Expect(s.Faults()).To(Equal([]*chattest.InjectedFault{once, always}))
		ana.get("/chat/threads").must(503)
		Expect(s.Faults()).To(Equal([]*chattest.InjectedFault{always}))
		always.Remove()
		Expect(s.Faults()).To(BeEmpty())
	})
})
