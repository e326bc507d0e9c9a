package export_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("thread export --follow", func() {
	// changes returns the kinds of the changes in the file so far, and that each has a cursor.
	changes := func(to exported) func() []string {
		return func() (kinds []string) {
			text, err := os.ReadFile(filepath.Join(string(to), "changes.jsonl"))
			if err != nil || len(text) == 0 || text[len(text)-1] != '\n' {
				return nil
			}
			for _, object := range to.objects("changes.jsonl") {
				Expect(object["cursor"]).To(HavePrefix("1"))
				data, err := json.Marshal(object["event"])
				Expect(err).NotTo(HaveOccurred())
				event, err := events.Unmarshal(data)
				Expect(err).NotTo(HaveOccurred())
				kinds = append(kinds, string(event.Kind()))
			}
			return kinds
		}
	}

	It("appends what changes after the export, and continues after the last line", func() {
		c := newConversation(7)
		to := c.dir("out")
		session := c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(session).Should(gbytes.Say("Exported 10 messages of 2 participants.*\nAppending changes to .*changes.jsonl"))
		Expect(to.read("manifest.json")).NotTo(BeEmpty())
		c.say("later")
		Eventually(changes(to)).Should(Equal([]string{"chatMessageReceived"}))
		session.Interrupt()
		c.alice.Wait(session).OK()

		Expect(c.bob.UpdateMessage(GinkgoTB().Context(), c.sent[1], chat.MessageUpdate{Content: new("mended")})).To(Succeed())
		Expect(c.bob.DeleteMessage(GinkgoTB().Context(), c.sent[2])).To(Succeed())
		Expect(c.bob.UpdateTopic(GinkgoTB().Context(), "Other plans")).To(Succeed())
		session = c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(session).Should(gbytes.Say("^Appending changes"))
		Eventually(changes(to)).Should(Equal([]string{
			"chatMessageReceived", "chatMessageEdited", "chatMessageDeleted", "chatThreadPropertiesUpdated",
		}))
		session.Interrupt()
		c.alice.Wait(session).OK()
	})

	It("appends metadata that is not in the export, once", func() {
		c := newConversation(3)
		label := func(team string) {
			Expect(c.bob.UpdateProperties(GinkgoTB().Context(), chat.PropertiesUpdate{Metadata: map[string]string{"team": team}})).To(Succeed())
		}
		label("exported")
		to := c.dir("out")
		c.alice.Run(c.arguments(to)...).OK()
		// followed appends changes until the properties were read, and then a message.
		followed := func() {
			GinkgoHelper()
			before := len(c.Requests(chattest.GetChatThreadProperties))
			session := c.alice.Start(c.arguments(to, "--follow")...)
			Eventually(func() int { return len(c.Requests(chattest.GetChatThreadProperties)) }).Should(BeNumerically(">", before))
			last := c.say("next")
			Eventually(func() string { return to.read("changes.jsonl") }).Should(ContainSubstring(last))
			session.Interrupt()
			c.alice.Wait(session).OK()
		}
		followed()
		Expect(changes(to)()).To(Equal([]string{"chatMessageReceived"}))
		label("changed")
		followed()
		followed()
		Expect(changes(to)()).To(Equal([]string{
			"chatMessageReceived", "chatThreadPropertiesUpdated", "chatMessageReceived", "chatMessageReceived",
		}))
	})

	It("appends a message that the service lists late, after the end of the export", func() {
		c := newConversation(3)
		Expect(c.bob.UpdateMessage(GinkgoTB().Context(), c.sent[0], chat.MessageUpdate{Content: new("mended")})).To(Succeed())
		c.Fail(chattest.ListChatMessages, chattest.Fault{Times: 3, ListingLag: 30 * time.Second}) // hides the last message
		to := c.dir("out")
		session := c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(session).Should(gbytes.Say("Exported 5 messages"))
		Eventually(changes(to)).Should(Equal([]string{"chatMessageReceived"}))
		Expect(to.read("changes.jsonl")).To(ContainSubstring(c.sent[2]))
		c.say("next")
		Eventually(changes(to)).Should(Equal([]string{"chatMessageReceived", "chatMessageReceived"}))
		session.Interrupt()
		c.alice.Wait(session).OK()
	})

	It("continues after a line that was cut by a kill", func() {
		c := newConversation(3)
		to := c.dir("out")
		session := c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(session).Should(gbytes.Say("Appending"))
		c.say("one")
		c.say("two")
		Eventually(changes(to)).Should(HaveLen(2))
		session.Interrupt()
		c.alice.Wait(session).OK()
		whole := to.read("changes.jsonl")
		Expect(os.WriteFile(filepath.Join(string(to), "changes.jsonl"), []byte(whole[:len(whole)-20]), 0o600)).To(Succeed())

		session = c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(changes(to)).Should(HaveLen(2))
		session.Interrupt()
		c.alice.Wait(session).OK()
		cursors := regexp.MustCompile(`"cursor":"[^"]*"`) // of the same place, perhaps with other reads in them
		Expect(cursors.ReplaceAllString(to.read("changes.jsonl"), "")).To(Equal(cursors.ReplaceAllString(whole, "")))
	})

	It("ends if the user is removed from the thread", func() {
		c := newConversation(3)
		session := c.alice.Start(c.arguments(c.dir("out"), "--follow")...)
		Eventually(session).Should(gbytes.Say("Appending"))
		Expect(c.bob.RemoveParticipant(GinkgoTB().Context(), c.alice.User)).To(Succeed())
		c.alice.Wait(session).Ends(1, "not a participant", "403 Forbidden")
	})

	It("refuses a directory that another export is writing to, until that one ends", func() {
		c := newConversation(3)
		to := c.dir("out")
		session := c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(session).Should(gbytes.Say("Appending"))
		c.alice.Run(c.arguments(to, "--follow")...).Ends(2, "another acschat is writing to")
		c.alice.Run(c.arguments(to)...).Ends(2, "another acschat is writing to")
		last := c.say("next")
		Eventually(func() string { return to.read("changes.jsonl") }).Should(ContainSubstring(last))
		session.Interrupt()
		c.alice.Wait(session).OK()
		Expect(to.files()).NotTo(HaveKey("export.lock"))
		session = c.alice.Start(c.arguments(to, "--follow")...)
		Eventually(session).Should(gbytes.Say("Appending"))
		session.Interrupt()
		c.alice.Wait(session).OK()
		Expect(changes(to)()).To(Equal([]string{"chatMessageReceived"}))
	})

	It("refuses the export of another thread, and a file that is not of this command", func() {
		c := newConversation(3)
		to := c.dir("out")
		c.alice.Run(c.arguments(to)...).OK()
		other := c.alice.CreateThread(c.Server, "Other")
		c.alice.Run("export", other, "--out", string(to), "--follow").Ends(2, "of another thread")
		c.alice.File("out/changes.jsonl", `{"mine":true}`)
		c.alice.Run(c.arguments(to, "--follow")...).Ends(2, "without a cursor")
	})
})
