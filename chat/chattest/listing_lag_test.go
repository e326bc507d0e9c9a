package chattest_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A listing lag", func() {
	var (
		s      *chattest.Server
		ana    *person
		thread string
	)
	open := func(options chattest.Options) {
		GinkgoHelper()
		options.NoSocket = true
		s = chattest.NewServer(GinkgoTB(), api.Watch(&options))
		ana = newPerson(s.Service)
		thread = ana.thread("Lag")
		s.Advance(time.Minute) // the messages about the creation of the thread are listed now
	}
	// listed are the contents of the messages in the list, on pages of two.
	listed := func() (texts []string) {
		GinkgoHelper()
		for _, page := range ana.pages(thread + "/messages?maxPageSize=2") {
			for _, item := range page {
				if text := field(item, "content"); field(item, "type") == "text" {
					texts = append(texts, field(text, "message"))
				}
			}
		}
		return texts
	}

	It("hides new messages from lists, and from nothing else", func() {
		open(chattest.Options{ListingLag: 10 * time.Second})
		first := ana.send(thread, "first")
		s.Advance(9 * time.Second)
		ana.send(thread, "second")
		Expect(listed()).To(BeEmpty())
		Expect(ana.mustGet(thread + "/messages/" + first).Body).To(ContainSubstring("first"))
		s.Advance(2 * time.Second)
		Expect(listed()).To(HaveExactElements("first"))
		s.Advance(9 * time.Second)
		Expect(listed()).To(HaveExactElements("second", "first"))
	})

	It("shows a change of a listed message at once", func() {
		open(chattest.Options{ListingLag: 10 * time.Second})
		id := ana.send(thread, "draft")
		s.Advance(11 * time.Second)
		ana.mustPatch(thread+"/messages/"+id, `{"content":"final"}`)
		Expect(listed()).To(HaveExactElements("final"))
	})

	It("can be a fault of some lists", func() {
		open(chattest.Options{})
		ana.send(thread, "new")
		s.Fail(chattest.ListChatMessages, chattest.Fault{ListingLag: time.Minute, Times: 2})
		Expect(listed()).To(BeEmpty())
		Expect(listed()).To(HaveExactElements("new"))
	})
})
