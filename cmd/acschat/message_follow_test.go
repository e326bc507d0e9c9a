package main_test

import (
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("message list --follow", func() {
	var server *chattest.Server
	var alice, bob *clitest.Shell
	var thread string
	var bobs *chat.ThreadClient

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
		thread = createThread(alice, "Plans")
		bob = alice.Member(server, thread, "Bob")
		bobs = server.Client(bob.User).ThreadClient(thread)
	})

	send := func(text string) string {
		GinkgoHelper()
		sent, err := bobs.SendMessage(GinkgoTB().Context(), text, &chat.SendMessageOptions{SenderDisplayName: "Bob"})
		Expect(err).NotTo(HaveOccurred())
		return sent.ID
	}

	follow := func(args ...string) *clitest.Command {
		return alice.Start(append([]string{"message", "list", "-t", thread, "--follow", "--interval", "300ms"}, args...)...)
	}

	It("prints earlier messages, oldest first, and then new, edited and deleted ones", func() {
		first := send("first")
		session := follow()
		Eventually(session).Should(gbytes.Say(`MESSAGE +SENT +FROM +STATE +TEXT\n`))
		Eventually(session).Should(gbytes.Say(`\* set the topic to "Plans"\n.*\* added Bob\n` + first + ` .* Bob +first\n`))
		second := send("second")
		Eventually(session).Should(gbytes.Say(second + ` .* Bob +second\n`))
		Expect(bobs.UpdateMessage(GinkgoTB().Context(), first, chat.MessageUpdate{Content: new("first, mended")})).To(Succeed())
		Eventually(session).Should(gbytes.Say(first + ` .* Bob +edited +first, mended\n`))
		Expect(bobs.DeleteMessage(GinkgoTB().Context(), second)).To(Succeed())
		Eventually(session).Should(gbytes.Say(second + ` .* Bob +deleted\n`))
		session.Interrupt()
		alice.Wait(session).OK()
	})

	It("prints the service's objects as JSON, each change once", func() {
		session := follow("-o", "jsonl", "--limit", "1")
		Eventually(session).Should(gbytes.Say(`"participantAdded"`))
		id := send("hello")
		Eventually(session).Should(gbytes.Say(`\{"id":"` + id + `","type":"text"`))
		Expect(bobs.UpdateMessage(GinkgoTB().Context(), id, chat.MessageUpdate{Content: new("hello, all")})).To(Succeed())
		Eventually(session).Should(gbytes.Say(`\{"id":"` + id + `".*"message":"hello, all".*"editedOn"`))
		looks := len(server.Requests(chattest.ListChatMessages))
		Eventually(func() int { return len(server.Requests(chattest.ListChatMessages)) }).Should(BeNumerically(">", looks+1))
		session.Interrupt()
		Expect(alice.Wait(session).Lines()).To(HaveLen(3))
	})

	It("prints nothing at first if there is no message since the start time", func() {
		send("before")
		server.Advance(time.Minute)
		alice = alice.With(tokenVariable, server.Token(alice.User, time.Hour))
		session := follow("-o", "jsonl", "--start-time", server.Now().Add(-30*time.Second).Format(time.RFC3339))
		Eventually(server.Requests).WithArguments(chattest.ListChatMessages).Should(HaveLen(3))
		id := send("after")
		Eventually(session).Should(gbytes.Say(id))
		session.Interrupt()
		Expect(alice.Wait(session).Lines()).To(HaveLen(1))
	})

	It("prints a message that the service lists late, behind a later change that was printed", func() {
		first := send("first")
		server.Advance(time.Minute)
		alice = alice.With(tokenVariable, server.Token(alice.User, time.Hour))
		slow := send("slow")
		Expect(bobs.UpdateMessage(GinkgoTB().Context(), first, chat.MessageUpdate{Content: new("first, mended")})).To(Succeed())
		server.Fail(chattest.ListChatMessages, chattest.Fault{Times: 2, ListingLag: 30 * time.Second}) // the first list, of two pages
		session := follow("-o", "jsonl", "--limit", "1")
		Eventually(session).Should(gbytes.Say(first))
		Eventually(session).Should(gbytes.Say(slow))
		next := send("next")
		Eventually(session).Should(gbytes.Say(next))
		session.Interrupt()
		Expect(alice.Wait(session).Lines()).To(HaveLen(3))
	})

	It("prints every message if many arrive between two polls", func() {
		session := follow("-o", "jsonl", "--limit", "1")
		Eventually(session).Should(gbytes.Say(`"participantAdded"`))
		for range 45 {
			send("x")
		}
		last := send("that is all")
		Eventually(session).Should(gbytes.Say(last))
		session.Interrupt()
		Expect(alice.Wait(session).Lines()).To(HaveLen(1 + 46))
	})

	It("keeps trying if the service does not answer, and reports it once", func() {
		fault := server.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 2, Times: 2, Status: http.StatusServiceUnavailable})
		session := follow()
		Eventually(session.Err).Should(gbytes.Say("retrying: .*503"))
		Eventually(fault.Fired).Should(Equal(2))
		id := send("back again")
		Eventually(session).Should(gbytes.Say(id))
		session.Interrupt()
		r := alice.Wait(session)
		Expect(r.Code).To(Equal(0))
		Expect(r.Err).To(HavePrefix("acschat: retrying"))
		Expect(r.Err).To(HaveSuffix("\n"))
		Expect(gbytes.BufferWithBytes([]byte(r.Err))).NotTo(gbytes.Say("trying on.*\n.*trying on"))
	})

	It("continues a failed listing where it stopped", func() {
		session := follow("-o", "jsonl")
		Eventually(session).Should(gbytes.Say("participantAdded"))
		outage := server.Fail(chattest.ListChatMessages, chattest.Fault{Times: -1})
		Eventually(outage.Fired).Should(BeNumerically(">", 0))
		for range 90 { // five pages
			send("waiting")
		}
		server.Fail(chattest.ListChatMessages, chattest.Fault{Every: 2})
		outage.Remove()
		Eventually(func() int { return strings.Count(string(session.Out.Contents()), `"waiting"`) }).Should(Equal(90))
		session.Interrupt()
		alice.Wait(session).Ends(0)
	})

	It("ends if the user is removed from the thread", func() {
		session := follow()
		Eventually(session).Should(gbytes.Say("added Bob"))
		Expect(bobs.RemoveParticipant(GinkgoTB().Context(), alice.User)).To(Succeed())
		alice.Wait(session).Ends(1, "403 Forbidden")
	})

	It("rejects the json format and an interval below the minimum", func() {
		alice.Run("message", "list", "-t", thread, "--follow", "-o", "json").Ends(2, "--output jsonl")
		alice.Run("message", "list", "-t", thread, "--follow", "--interval", "10ms").Ends(2, "at least 300ms")
	})
})
