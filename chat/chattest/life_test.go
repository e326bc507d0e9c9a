package chattest_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A thread", func() {
	It("has the ids, versions and times of the recorded session", func() {
		bubble(func(s *chattest.Service) {
			people := newPeople(s, 5)
			ana, cem := people[0], people[2]
			thread := ana.thread("Release", people[:3]...)
			first := oldest(ana, thread)

			// at waits until ms after the first message.
			at := func(ms int64) { time.Sleep(time.Until(time.UnixMilli(first + ms))) }
			listed := func(query string) string {
				var pages []string
				for _, page := range ana.pages(thread + "/messages" + query) {
					pages = append(pages, strings.Join(fields(page, "sequenceId"), " "))
				}
				return strings.Join(pages, " / ")
			}
			// message finds one by its number, and shows its version as ms after the first.
			message := func(sequence string) string {
				for _, m := range items(ana.mustGet(thread + "/messages?maxPageSize=200").Body) {
					if field(m, "sequenceId") != sequence {
						continue
					}
					own := map[bool]string{true: "= id", false: "≠ id"}[field(m, "version") == field(m, "id")]
					return fmt.Sprintf("%s %d %s%s%s", field(m, "type"), number(field(m, "version"))-first, own,
						said(m, "editedOn"), said(m, "deletedOn"))
				}
				return "none"
			}

			Expect(message("1")).To(Equal("participantAdded 0 = id"))
			Expect(message("2")).To(Equal("topicUpdated 59 = id"))

			at(1533)
			ana.mustPatch(thread, `{"topic":"Release 4.2"}`)
			Expect(message("3")).To(Equal("topicUpdated 1533 = id"))

			at(2108)
			four := ana.send(thread, "four")
			Expect(message("4")).To(Equal("text 2108 = id"))

			var nine string
			for i, ms := range []int64{2962, 3400, 3800, 4200, 4546} {
				at(ms)
				nine = cem.send(thread, strconv.Itoa(5+i))
			}
			Expect(message("9")).To(Equal("text 4546 = id"))
			Expect(listed("")).To(Equal("9 8 7 6 5 4 3 2 1"))
			Expect(listed("?maxPageSize=2")).To(Equal("9 8 / 7 6 / 5 4 / 3 2 / 1"))

			at(8991)
			ana.mustPatch(thread+"/messages/"+four, `{"content":"four, again"}`)
			Expect(message("4")).To(Equal("text 8991 ≠ id editedOn"))
			at(10149)
			ana.mustDelete(thread + "/messages/" + four)
			Expect(message("4")).To(Equal("text 10149 ≠ id deletedOn"))
			at(10841)
			cem.mustPatch(thread+"/messages/"+nine, `{"content":"nine, again"}`)
			Expect(message("9")).To(Equal("text 10841 ≠ id editedOn"))
			Expect(listed("")).To(Equal("9 4 8 7 6 5 3 2 1"))

			at(12290)
			ana.add(thread, people[3])
			at(12920)
			ana.add(thread, people[4])
			Expect(message("10")).To(Equal("participantAdded 12290 = id"))
			Expect(message("11")).To(Equal("participantAdded 12920 = id"))
			Expect(listed("")).To(Equal("11 10 9 4 8 7 6 5 3 2 / 1"))
			Expect(nextLink(ana.mustGet(thread + "/messages").Body)).To(ContainSubstring("&maxPageSize=10&"))

			at(14861)
			ana.remove(thread, people[3])
			Expect(message("12")).To(Equal("participantRemoved 14861 = id"))
			Expect(listed("")).To(Equal("12 11 10 9 4 8 7 6 5 3 / 2 1"))

			ana.post(thread+"/typing", `{}`).must(200)
			ana.post(thread+"/typing", `{"senderDisplayName":"Ana"}`).must(200)
			Expect(listed("")).To(Equal("12 11 10 9 4 8 7 6 5 3 / 2 1"))

			threads := items(ana.mustGet("/chat/threads").Body)
			Expect(fields(threads, "lastMessageReceivedOn")).To(Equal([]string{second(time.UnixMilli(first + 12920))}))
		})
	})
})

// oldest is the id of the first message of a thread.
func oldest(p *person, thread string) int64 {
	GinkgoHelper()
	ids := fields(items(p.mustGet(thread+"/messages?maxPageSize=200").Body), "id")
	return number(ids[len(ids)-1])
}

func number(digits string) int64 {
	GinkgoHelper()
	n, err := strconv.ParseInt(digits, 10, 64)
	Expect(err).NotTo(HaveOccurred())
	return n
}

// said names a member if an object has it.
func said(object, name string) string {
	if field(object, name) == "" {
		return ""
	}
	return " " + name
}
