package main_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// texts returns the text of the messages that participants sent to a thread, oldest first.
func texts(server *chattest.Server, user chat.CommunicationUser, thread string) []string {
	GinkgoHelper()
	messages, err := server.Client(user).ThreadClient(thread).ListMessages(nil).Collect(GinkgoTB().Context(), 0)
	Expect(err).NotTo(HaveOccurred())
	texts := []string{}
	for _, m := range messages {
		if m.Sender != nil {
			texts = append([]string{m.Content.Message}, texts...)
		}
	}
	return texts
}

var _ = Describe("message", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string

	BeforeEach(func() { server, alice, thread = shellIn("Plans") })

	send := func(sh *clitest.Shell, args ...string) string {
		GinkgoHelper()
		var sent struct{ ID string }
		sh.Run(append([]string{"message", "send", "-o", "json"}, args...)...).Into(&sent)
		return sent.ID
	}

	get := func(id string) chat.Message {
		GinkgoHelper()
		m, err := server.Client(alice.User).ThreadClient(thread).GetMessage(GinkgoTB().Context(), id)
		Expect(err).NotTo(HaveOccurred())
		return m
	}

	Describe("send", func() {
		It("sends the arguments separated by spaces", func() {
			Expect(alice.Run("message", "send", "Canary", "is", "green.").OK()).To(MatchRegexp(`^Message +\d+\n$`))
			Expect(texts(server, alice.User, thread)).To(HaveExactElements("Canary is green."))
		})

		DescribeTable("reads the text",
			func(stdin string, args ...string) {
				alice.Pipe(stdin).Run(append([]string{"message", "send"}, args...)...).OK()
				Expect(texts(server, alice.User, thread)).To(HaveExactElements("- two\nlines"))
			},
			Entry("from --content", "", "--content", "- two\nlines"),
			Entry("from an argument after --", "", "--", "- two\nlines"),
			Entry("from a pipe", "- two\nlines\n"),
			Entry("from a pipe with --content -", "- two\nlines", "--content", "-"),
			Entry("from a pipe with -", "- two\nlines\r\n", "-"),
		)

		It("sends HTML with a name and metadata", func() {
			id := send(alice, "--html", "<b>Done.</b>", "--display-name", "Alice", "--metadata", "build=8841")
			Expect(get(id)).To(And(
				HaveField("Type", chat.MessageTypeHTML), HaveField("SenderDisplayName", "Alice"), HaveField("Metadata", map[string]string{"build": "8841"}),
			))
			Expect(get(send(alice, "--message-type", "html", "--content", "<i>x</i>")).Type).To(Equal(chat.MessageTypeHTML))
		})

		It("sends once, and reports an unknown outcome", func() {
			server.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
			alice.Run("message", "send", "Once").Ends(1, "may or may not have been sent", "acschat message list")
			Expect(texts(server, alice.User, thread)).To(HaveExactElements("Once"))
			Expect(server.Requests(chattest.SendChatMessage)).To(HaveLen(1))
		})

		It("reports a message that is too long", func() {
			alice.Pipe(strings.Repeat("x", 30<<10)).Run("message", "send").Ends(1, "413", "about 28 KB")
		})

		DescribeTable("rejects invalid arguments before any request",
			func(complaint string, args ...string) {
				alice.Run(append([]string{"message", "send"}, args...)...).Ends(2, complaint)
				Expect(server.Requests(chattest.SendChatMessage)).To(BeEmpty())
			},
			Entry("no text", "nothing to send"),
			Entry("two texts", "choose one", "--content", "a", "b"),
			Entry("two texts of which one is empty", "choose one", "--content", "", "b"),
			Entry("a file and an empty text", "choose one", "--from", "x", ""),
			Entry("a file and an empty --content", "choose one", "--from", "x", "--content="),
			Entry("a system message type", "the service creates the other types", "--message-type", "topicUpdated", "x"),
			Entry("a directory", "is a directory", "--from", "."),
			Entry("a file and a text", "choose", "--from", "x", "y"),
			Entry("--skip without a file", "need --from", "--skip", "3", "x"),
			Entry("a missing file", "no such file", "--from", "nowhere"),
			Entry("an unknown format", "--from-format is lines or jsonl", "--from", "-", "--from-format", "xml"),
			Entry("token and text both from stdin", "both the token and the text", "--token-file", "-"),
			Entry("token and messages both from stdin", "both the token and the messages", "--token-file", "-", "--from", "-"),
		)

		DescribeTable("rejects an empty text, as of an unset variable, instead of sending what is on stdin",
			func(args ...string) {
				alice.Pipe("secret\n").Run(append([]string{"message", "send"}, args...)...).Ends(2, "the text is empty: is the shell variable set?", "leave it out")
				Expect(server.Requests(chattest.SendChatMessage)).To(BeEmpty())
			},
			Entry("an argument", ""),
			Entry("arguments", "", ""),
			Entry("--content", "--content", ""),
		)

		It("requires a thread", func() {
			alice.With("ACSCHAT_THREAD", "").Run("message", "send", "x").Ends(2, "which thread?", "ACSCHAT_THREAD")
		})
	})

	Describe("list", func() {
		It("shows the latest message first, and system messages", func() {
			bob := alice.Member(server, thread, "Bob")
			send(alice, "Hello", "--display-name", "Alice")
			edited := send(bob.With("ACSCHAT_THREAD", thread), "Hi\nthere")
			bob.Run("message", "update", "-t", thread, edited, "--content", "Hi all").OK()
			lines := alice.Run("message", "list").Lines()
			Expect(lines).To(HaveExactElements(
				MatchRegexp(`^MESSAGE +SENT +FROM +STATE +TEXT$`),
				MatchRegexp(`^`+edited+` +20\S+ \S+ +….{12} +edited +Hi all$`),
				MatchRegexp(`Alice +Hello$`),
				MatchRegexp(`\* added Bob$`),
				MatchRegexp(`\* set the topic to "Plans"$`),
				MatchRegexp(`\* added ….{12}$`),
			))
		})

		It("shows each message on one line", func() {
			send(alice, "one\ntwo")
			Expect(alice.Run("message", "list").Lines()[1]).To(HaveSuffix("one↵two"))
		})

		It("prints the service's objects as JSON", func() {
			id := send(alice, "Hello", "--metadata", "a=1")
			Expect(alice.Run("message", "list", "--limit", "1", "-o", "jsonl").OK()).To(MatchRegexp(
				`^\{"id":"` + id + `","type":"text","sequenceId":"3","version":"` + id + `","content":\{"message":"Hello","attachments":\[\]\},` +
					`"senderDisplayName":"","createdOn":"20[^"]+Z","senderCommunicationIdentifier":\{"rawId":"8:acs:[^"]+",` +
					`"communicationUser":\{"id":"8:acs:[^"]+"\}\},"metadata":\{"a":"1"\}\}\n$`))
			var all []struct {
				Type    string
				Content map[string]any
			}
			alice.Run("message", "list", "-o", "json").Into(&all)
			Expect(all[1].Content).To(And(HaveKeyWithValue("topic", "Plans"), HaveKey("initiatorCommunicationIdentifier")))
			Expect(all[2].Content).To(HaveKeyWithValue("participants", HaveLen(1)))
		})

		It("requests large pages, but no more than it shows", func() {
			for range 3 {
				send(alice, "x")
			}
			alice.Run("message", "list").OK()
			Expect(server.Requests(chattest.ListChatMessages)).To(HaveExactElements(HaveField("Query", HaveKeyWithValue("maxPageSize", []string{"200"}))))
			alice.Run("message", "list", "--limit", "2").OK()
			Expect(server.Requests(chattest.ListChatMessages)[1:]).To(HaveExactElements(HaveField("Query", HaveKeyWithValue("maxPageSize", []string{"2"}))))
			Expect(alice.Run("message", "list", "--page-size", "1", "-o", "jsonl").Lines()).To(HaveLen(5))
		})
	})

	Describe("get", func() {
		It("shows a whole message, with its line breaks", func() {
			id := send(alice, "one\ntwo", "--display-name", "Alice", "--metadata", "a=1")
			Expect(alice.Run("message", "get", id).Lines()).To(HaveExactElements(
				MatchRegexp(`^Message +`+id+`$`), MatchRegexp(`^Type +text$`), MatchRegexp(`^From +`+alice.User.ID+`$`), MatchRegexp(`^Name +Alice$`),
				MatchRegexp(`^Sent +20`), MatchRegexp(`^Text +one$`), MatchRegexp(`^ +two$`), MatchRegexp(`^Metadata +a=1$`),
			))
			Expect(alice.Run("message", "get", "--message-id", id, "-o", "json").OK()).To(ContainSubstring(`"message": "one\ntwo"`))
		})

		It("reports an unknown message", func() {
			alice.Run("message", "get", "1").Ends(1, "404 Not Found",
				"\nLikely cause: the message does not exist, or its thread does not\n", "acschat message list", "acschat doctor")
			alice.Run("message", "get", "one").Ends(1, "400 Bad Request", "Value for MessageId (one) is not valid")
		})
	})

	Describe("update", func() {
		It("changes only the given properties", func() {
			id := send(alice, "Before", "--metadata", "a=1", "--metadata", "b=2")
			Expect(alice.Run("message", "update", id, "--content", "After").OK()).To(Equal("Updated message " + id + ".\n"))
			Expect(get(id)).To(And(HaveField("Content.Message", "After"), HaveField("Metadata", map[string]string{"a": "1", "b": "2"})))
			alice.Run("message", "update", "--message-id", id, "--metadata", "a=", "--metadata", "c=3").OK()
			Expect(get(id)).To(And(HaveField("Content.Message", "After"), HaveField("Metadata", map[string]string{"b": "2", "c": "3"})))
		})

		It("empties a message, and reads text from stdin", func() {
			id := send(alice, "Before")
			alice.Run("message", "update", id, "--content", "").OK()
			Expect(get(id).Content.Message).To(BeEmpty())
			alice.Pipe("After\n").Run("message", "update", id, "--content", "-").OK()
			Expect(get(id).Content.Message).To(Equal("After"))
		})

		It("accepts the text as an argument", func() {
			id := send(alice, "Before")
			alice.Run("message", "update", id, "After").OK()
			Expect(get(id).Content.Message).To(Equal("After"))
			alice.Run("message", "update", id, "one", "--content", "two").Ends(2, "argument and --content: choose one")
			alice.Run("message", "update", id, "").Ends(2, "the text is empty: is the shell variable set?", `--content ""`)
			Expect(get(id).Content.Message).To(Equal("After"))
		})

		It("requires a change, and a message of the user", func() {
			id := send(alice, "Alice's")
			alice.Run("message", "update", id).Ends(2, "nothing to change")
			bob := alice.Member(server, thread, "Bob")
			bob.Run("message", "update", "-t", thread, id, "--content", "Bob's").Ends(1, "403 Forbidden", "To find out: acschat doctor")
		})
	})

	Describe("delete", func() {
		It("deletes a message if confirmed", func() {
			id := send(alice, "Oops")
			alice.Run("message", "delete", id).Ends(2, "--yes")
			Expect(alice.Run("message", "delete", id, "--yes").OK()).To(Equal("Deleted message " + id + ".\n"))
			Expect(alice.Run("message", "list", "--limit", "1").Lines()[1]).To(HaveSuffix("deleted"))
			Expect(alice.Run("message", "get", id).OK()).To(MatchRegexp(`(?m)^Deleted +20`))
		})
	})
})
