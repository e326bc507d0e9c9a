package chattest_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A list of threads", func() {
	// names are the topics of a page.
	names := func(p *person, target string) []string {
		GinkgoHelper()
		return fields(items(p.mustGet(target).Body), "topic")
	}

	It("has the latest activity first: messages, topics, added participants, and deletion", func() {
		bubble(func(s *chattest.Service) {
			ana, bo := newPerson(s), newPerson(s)
			var threads []string
			for i := range 3 {
				time.Sleep(time.Second)
				threads = append(threads, ana.thread(fmt.Sprint(i)))
			}
			Expect(names(ana, "/chat/threads")).To(Equal([]string{"2", "1", "0"}))
			id := ana.send(threads[0], "x")
			Expect(names(ana, "/chat/threads")).To(Equal([]string{"0", "2", "1"}))
			ana.add(threads[1], bo)
			Expect(names(ana, "/chat/threads")).To(Equal([]string{"1", "0", "2"}))
			ana.mustDelete(threads[2])
			Expect(names(ana, "/chat/threads")).To(Equal([]string{"2", "1", "0"}))
			ana.mustPatch(threads[0]+"/messages/"+id, `{"content":"y"}`)
			ana.mustDelete(threads[0] + "/messages/" + id)
			ana.remove(threads[1], bo)
			Expect(names(ana, "/chat/threads")).To(Equal([]string{"2", "1", "0"}))
		})
	})

	It("shows the time of the last message, except one about removed participants", func() {
		bubble(func(s *chattest.Service) {
			ana, bo := newPerson(s), newPerson(s)
			thread := ana.thread("x", bo)
			last := func() string { return field(items(ana.mustGet("/chat/threads").Body)[0], "lastMessageReceivedOn") }
			time.Sleep(time.Minute)
			ana.send(thread, "x")
			at := second(s.Now())
			Expect(last()).To(Equal(at))
			time.Sleep(time.Minute)
			ana.remove(thread, bo)
			Expect(last()).To(Equal(at))
			time.Sleep(time.Minute)
			ana.mustPatch(thread, `{"topic":"y"}`)
			Expect(last()).To(Equal(second(s.Now())))
		})
	})

	It("has threads from which the user was removed, as they were then", func() {
		bubble(func(s *chattest.Service) {
			ana, bo := newPerson(s), newPerson(s)
			thread := ana.thread("Then", bo)
			ana.remove(thread, bo)
			before := bo.mustGet("/chat/threads").Body
			Expect(before).To(ContainSubstring(`"topic":"Then"`))
			time.Sleep(time.Minute)
			ana.mustPatch(thread, `{"topic":"Now"}`)
			Expect(bo.mustGet("/chat/threads").Body).To(Equal(before))
			ana.add(thread, bo)
			Expect(names(bo, "/chat/threads")).To(Equal([]string{"Now"}))
		})
	})

	Context("by pages", func() {
		var (
			s   *chattest.Server
			ana *person
		)
		BeforeEach(func() {
			s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			ana = newPerson(s.Service)
		})
		create := func(n int) (paths []string) {
			GinkgoHelper()
			for i := range n {
				paths = append(paths, ana.thread(fmt.Sprint(i)))
			}
			return paths
		}

		It("has 100 threads a page by default, and a link only if there are more", func() {
			create(101)
			pages := ana.pages("/chat/threads")
			Expect(pages).To(HaveLen(2))
			Expect(pages[0]).To(HaveLen(100))
			Expect(pages[1]).To(HaveLen(1))
			Expect(nextLink(ana.mustGet("/chat/threads").Body)).To(MatchRegexp(`/chat/threads\?syncState=[^&]+&api-version=2025-03-15$`))
			Expect(ana.pages("/chat/threads?maxPageSize=101")).To(HaveLen(1))
		})

		It("neither misses nor repeats threads, even of the same millisecond", func() {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				for i := range 7 {
					ana.thread(fmt.Sprint(i))
				}
				var all []string
				for _, page := range ana.pages("/chat/threads?maxPageSize=2") {
					all = append(all, fields(page, "topic")...)
				}
				Expect(all).To(Equal([]string{"6", "5", "4", "3", "2", "1", "0"}))
			})
		})

		It("repeats a thread that changes meanwhile", func() {
			paths := create(5)
			page := ana.mustGet("/chat/threads?maxPageSize=2").Body
			Expect(fields(items(page), "topic")).To(Equal([]string{"4", "3"}))
			ana.send(paths[1], "x")
			ana.send(paths[4], "x")
			var rest []string
			for _, page := range ana.pages(nextLink(page)) {
				rest = append(rest, fields(page, "topic")...)
			}
			Expect(rest).To(Equal([]string{"2", "0", "1", "4"}))
		})

		It("has a cursor of two windows of time, the second of them empty", func() {
			bubble(func(s *chattest.Service) {
				s.Advance(120 * time.Millisecond)
				ana := newPerson(s)
				for range 3 {
					ana.thread("x")
					time.Sleep(1500 * time.Millisecond)
				}
				link, err := url.Parse(nextLink(ana.mustGet("/chat/threads?maxPageSize=2").Body))
				Expect(err).NotTo(HaveOccurred())
				Expect(base64.StdEncoding.DecodeString(link.Query().Get("syncState"))).To(BeEquivalentTo(
					`[{"start":"2026-01-01T00:00:01.62+00:00","end":"2026-01-01T00:00:03.12+00:00"},` +
						`{"start":"1970-01-01T00:00:00+00:00","end":"1970-01-01T00:00:00+00:00"}]`))
				Expect(link.RawQuery).To(MatchRegexp(`^syncState=[A-Za-z0-9%]+&maxPageSize=2&api-version=2025-03-15$`))
			})
		})

		It("omits threads without activity since a start time, on every page", func() {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				quiet := ana.thread("quiet")
				ana.thread("quiet, too")
				time.Sleep(time.Hour)
				since := s.Now().UTC()
				ana.send(quiet, "no more")
				ana.thread("new")
				target := "/chat/threads?maxPageSize=1&startTime=" + url.QueryEscape(since.Format(time.RFC3339))
				var all []string
				for _, page := range ana.pages(target) {
					all = append(all, fields(page, "topic")...)
				}
				Expect(all).To(Equal([]string{"new", "quiet"}))
			})
		})

		DescribeTable("is refused with a malformed cursor",
			func(cursor string) { ana.get("/chat/threads?syncState="+url.QueryEscape(cursor)).refused(400, "") },
			Entry("not base64", "*"),
			Entry("not JSON", "eA=="),
			Entry("no window", base64.StdEncoding.EncodeToString([]byte(`[]`))),
			Entry("no start", base64.StdEncoding.EncodeToString([]byte(`[{"start":"x","end":"1970-01-01T00:00:00+00:00"}]`))),
			Entry("no end", base64.StdEncoding.EncodeToString([]byte(`[{"start":"1970-01-01T00:00:00+00:00","end":"x"}]`))),
		)
	})
})
