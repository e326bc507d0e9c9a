package chattest_test

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A message", func() {
	var (
		s       *chattest.Server
		ana, bo *person
		thread  string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		people := newPeople(s.Service, 2)
		ana, bo = people[0], people[1]
		thread = ana.thread("Messages", bo)
	})
	post := func(body string) (path string) {
		GinkgoHelper()
		return thread + "/messages/" + field(ana.post(thread+"/messages", body).must(201).Body, "id")
	}

	It("has the members of the service, in its order", func() {
		path := post(`{"metadata":{"amsreferences":"[1]","b":"2","a":"1"},"type":"html","content":"<b>&</b>","senderDisplayName":"Ana"}`)
		id := path[strings.LastIndexByte(path, '/')+1:]
		ana.mustGet(path).matches(200, fmt.Sprintf(`{"id":%q,"type":"html","sequenceId":"3","version":%q,`+
			`"content":{"message":"<b>&</b>","attachments":[]},"senderDisplayName":"Ana","createdOn":%q,"senderCommunicationIdentifier":%s,`+
			`"metadata":{"b":"2","a":"1","amsreferences":"[1]"}}`, id, id, second(time.UnixMilli(number(id))), identifier(ana.ID)))
	})

	It("has the type text and no sender name by default", func() {
		for _, body := range []string{`{"content":"x"}`, `{"content":"x","type":null,"senderDisplayName":null,"metadata":null}`, `{"content":"x","metadata":{}}`} {
			m := ana.mustGet(post(body)).Body
			Expect(m).To(And(ContainSubstring(`"type":"text"`), ContainSubstring(`"senderDisplayName":""`), Not(ContainSubstring("metadata"))))
		}
	})

	It("may be empty", func() {
		Expect(ana.mustGet(post(`{"content":""}`)).Body).To(ContainSubstring(`"content":{"message":"","attachments":[]}`))
	})

	It("has growing ids and sequence ids, at any speed", func() {
		bubble(func(s *chattest.Service) {
			ana := newPerson(s)
			thread := ana.thread("Frozen time")
			now := s.Now().UnixMilli()
			for i := range 3 {
				Expect(number(ana.send(thread, "x"))).To(Equal(now + int64(i) + 1))
			}
			s.Advance(-time.Hour)
			Expect(number(ana.send(thread, "x"))).To(Equal(now + 4))
			Expect(fields(items(ana.mustGet(thread+"/messages").Body), "sequenceId")).To(Equal([]string{"6", "5", "4", "3", "2", "1"}))
		})
	})

	DescribeTable("is refused",
		func(body string, status int) { ana.post(thread+"/messages", body).refused(status, "") },
		Entry("without content", `{}`, 400),
		Entry("with null for content", `{"content":null}`, 400),
		Entry("of a type that only the service writes", `{"content":"x","type":"topicUpdated"}`, 400),
		Entry("of an unknown type", `{"content":"x","type":"RichText"}`, 400),
		Entry("of more than 28 KB", `{"content":"`+strings.Repeat("x", 28<<10+1)+`"}`, 413),
	)

	It("may have 28 KB", func() {
		path := post(`{"content":"` + strings.Repeat("x", 28<<10) + `"}`)
		ana.patch(path, `{"content":"`+strings.Repeat("x", 28<<10+1)+`"}`).refused(413, "")
	})

	It("is refused for a malformed id before the thread is looked up", func() {
		for _, path := range []string{thread, "/chat/threads/" + unknownThread} {
			for _, method := range []string{"GET", "PATCH", "DELETE"} {
				ana.do(method, path+"/messages/x1", "").refused(400, "Value for MessageId (x1) is not valid.")
			}
			ana.post(path+"/readReceipts", `{"chatMessageId":"+1"}`).refused(400, "Value for MessageId (+1) is not valid.")
		}
	})

	It("is 404 if it does not exist", func() {
		ana.get(thread+"/messages/1").refused(404, "")
		ana.patch(thread+"/messages/1", `{"content":"x"}`).refused(404, "")
		ana.delete(thread+"/messages/1").refused(404, "")
		ana.post(thread+"/readReceipts", `{"chatMessageId":"1"}`).refused(404, "")
	})

	Describe("when it is edited", func() {
		It("keeps its id, its sequence id and members that the patch omits", func() {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				thread := ana.thread("Edit")
				id := field(ana.post(thread+"/messages", `{"content":"one","senderDisplayName":"Ana","metadata":{"a":"1","b":"2","amsreferences":"[]"}}`).Body, "id")
				path := thread + "/messages/" + id
				for i, patch := range []string{`{"content":"two"}`, `{"metadata":{"a":"","b":"3","c":"4"}}`} {
					time.Sleep(time.Minute)
					ana.mustPatch(path, patch)
					m := ana.mustGet(path).Body
					Expect(field(m, "id")).To(Equal(id))
					Expect(field(m, "sequenceId")).To(Equal("3"))
					Expect(field(m, "version")).To(Equal(fmt.Sprint(s.Now().UnixMilli())))
					Expect(field(m, "editedOn")).To(Equal(second(s.Now())))
					Expect(field(m, "createdOn")).To(Equal(second(time.UnixMilli(number(id)))))
					Expect(field(m, "content")).To(Equal(`{"message":"two","attachments":[]}`))
					Expect(field(m, "metadata")).To(Equal([]string{`{"a":"1","b":"2","amsreferences":"[]"}`, `{"b":"3","c":"4","amsreferences":"[]"}`}[i]))
				}
				ana.mustPatch(path, `{"content":"","metadata":null}`)
				m := ana.mustGet(path).Body
				Expect(field(m, "content")).To(Equal(`{"message":"","attachments":[]}`))
				Expect(field(m, "metadata")).To(BeEmpty())
			})
		})

		It("does not change with an empty patch", func() {
			path := post(`{"content":"one"}`)
			before := ana.mustGet(path).Body
			for _, patch := range []string{`{}`, `{"content":null}`} {
				ana.mustPatch(path, patch)
			}
			Expect(ana.mustGet(path).Body).To(Equal(before))
		})
	})

	Describe("when it is deleted", func() {
		It("can still be read, without text, metadata and edit time", func() {
			path := post(`{"content":"one","senderDisplayName":"Ana","metadata":{"a":"1"}}`)
			ana.mustPatch(path, `{"content":"two"}`)
			ana.mustDelete(path)
			m := ana.mustGet(path).Body
			Expect(m).To(And(ContainSubstring(`"content":{"message":"","attachments":[]},"senderDisplayName":"Ana"`), HaveSuffix(`Z"}`)))
			Expect(field(m, "deletedOn")).NotTo(BeEmpty())
			Expect(m).NotTo(Or(ContainSubstring("editedOn"), ContainSubstring("metadata")))
		})

		It("can be deleted again without effect, but not edited", func() {
			path := post(`{"content":"one"}`)
			ana.mustDelete(path)
			before := ana.mustGet(path).Body
			ana.mustDelete(path)
			ana.patch(path, `{"content":"x"}`).refused(404, "")
			Expect(ana.mustGet(path).Body).To(Equal(before))
		})
	})

	It("can be changed only by its sender, and not at all if the service wrote it", func() {
		path := post(`{"content":"one"}`)
		system := thread + "/messages/" + field(items(ana.mustGet(thread + "/messages").Body)[1], "id")
		for _, path := range []string{path, system} {
			Expect(bo.mustGet(path).Body).NotTo(BeEmpty())
			bo.patch(path, `{"content":"x"}`).refused(403, notAllowed)
			bo.delete(path).refused(403, notAllowed)
		}
		ana.delete(system).refused(403, notAllowed)
	})
})

var _ = Describe("A list of messages", func() {
	var (
		s      *chattest.Server
		ana    *person
		thread string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana = newPerson(s.Service)
		thread = ana.thread("List")
	})
	sizes := func(pages [][]string) (sizes []int) {
		for _, page := range pages {
			sizes = append(sizes, len(page))
		}
		return sizes
	}

	It("has a link if a page is full, so that the last page may be empty", func() {
		ana.send(thread, "three")
		Expect(sizes(ana.pages(thread + "/messages?maxPageSize=1"))).To(Equal([]int{1, 1, 1, 0}))
		Expect(sizes(ana.pages(thread + "/messages?maxPageSize=2"))).To(Equal([]int{2, 1}))
		Expect(sizes(ana.pages(thread + "/messages?maxPageSize=3"))).To(Equal([]int{3, 0}))
	})

	It("has 10 messages a page by default, and never more than 200", func() {
		for range 203 - 2 {
			ana.send(thread, "x")
		}
		Expect(items(ana.mustGet(thread + "/messages").Body)).To(HaveLen(10))
		page := ana.mustGet(thread + "/messages?maxPageSize=1000").Body
		Expect(items(page)).To(HaveLen(200))
		Expect(nextLink(page)).To(ContainSubstring("&maxPageSize=200&"))
		Expect(sizes(ana.pages(thread + "/messages?maxPageSize=1000"))).To(Equal([]int{200, 3}))
	})

	It("has a cursor with the length of the thread id, that id, and two versions", func() {
		for range 3 {
			ana.send(thread, "x")
		}
		id := strings.TrimPrefix(thread, "/chat/threads/")
		body := ana.mustGet(thread + "/messages?maxPageSize=2").Body
		newest := number(field(items(body)[0], "version"))
		for range 2 {
			oldest := number(field(items(body)[1], "version"))
			link, err := url.Parse(nextLink(body))
			Expect(err).NotTo(HaveOccurred())
			Expect(link.Query().Get("syncState")).To(Equal(fmt.Sprintf("3e%s%x01%s%s",
				littleEndian(uint64(len(id)), 4), id, littleEndian(uint64(oldest), 8), littleEndian(uint64(newest), 8))))
			Expect(link.RawQuery).To(HaveSuffix("&startTime=1%2F1%2F1970%2012%3A00%3A00%20AM%20%2B00%3A00&maxPageSize=2&api-version=2025-03-15"))
			body = ana.mustGet(link.String()).Body
		}
	})

	It("does not include messages that are added or changed while it is read", func() {
		first := ana.send(thread, "one")
		ana.send(thread, "two")
		page := ana.mustGet(thread + "/messages?maxPageSize=1").Body
		ana.send(thread, "three")
		ana.mustPatch(thread+"/messages/"+first, `{"content":"one, again"}`)
		var rest []string
		for _, p := range ana.pages(nextLink(page)) {
			rest = append(rest, fields(p, "sequenceId")...)
		}
		Expect(rest).To(Equal([]string{"2", "1"}))
	})

	It("starts at a start time, on every page", func() {
		bubble(func(s *chattest.Service) {
			ana := newPerson(s)
			thread := ana.thread("Since")
			time.Sleep(time.Minute)
			ana.send(thread, "too early")
			time.Sleep(time.Millisecond)
			since := s.Now().UTC()
			for range 5 {
				ana.send(thread, "x")
				time.Sleep(time.Minute)
			}
			first := thread + "/messages?maxPageSize=2&startTime=" + url.QueryEscape(since.Format(time.RFC3339Nano))
			Expect(sizes(ana.pages(first))).To(Equal([]int{2, 2, 1}))
			Expect(nextLink(ana.mustGet(first).Body)).To(ContainSubstring("&startTime=1%2F1%2F2026%2012%3A01%3A00.001%20AM%20%2B00%3A00&"))
			Expect(items(ana.mustGet(thread + "/messages?startTime=" + url.QueryEscape(since.Add(time.Hour).Format(time.RFC3339))).Body)).To(BeEmpty())
		})
	})

	It("names the initiators of messages of the service", func() {
		bo := newPerson(s.Service)
		ana.post(thread+"/participants/:add", `{"participants":[{"communicationIdentifier":`+identifier(bo.ID)+
			`,"displayName":"Bo","shareHistoryTime":"2020-05-06T07:08:09.999Z","metadata":{"k":"v"}}]}`).must(201)
		bo.remove(thread, bo)
		messages := items(ana.mustGet(thread + "/messages").Body)
		entry := `{"communicationIdentifier":` + identifier(bo.ID) + `,"displayName":"Bo","shareHistoryTime":"2020-05-06T07:08:09Z"}`
		Expect(field(messages[0], "content")).To(Equal(`{"participants":[` + entry + `],"initiatorCommunicationIdentifier":` + identifier(bo.ID) + `}`))
		Expect(field(messages[1], "content")).To(Equal(`{"participants":[` + entry + `],"initiatorCommunicationIdentifier":` + identifier(ana.ID) + `}`))
		Expect(field(messages[2], "content")).To(Equal(`{"topic":"List","initiatorCommunicationIdentifier":` + identifier(ana.ID) + `}`))
		for _, m := range messages {
			Expect(m).NotTo(Or(ContainSubstring("sender"), ContainSubstring("attachments"), ContainSubstring("metadata")))
		}
	})
})

// littleEndian writes n in hex, with the lowest byte first.
func littleEndian(n uint64, bytes int) string {
	var text strings.Builder
	for i := range bytes {
		fmt.Fprintf(&text, "%02x", byte(n>>(8*i)))
	}
	return text.String()
}
