package export_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// killAt starts an export and kills it while the service delays the response to its nth request for messages.
func (c *conversation) killAt(nth int, args []string) {
	GinkgoHelper()
	held := c.Fail(chattest.ListChatMessages, chattest.Fault{Nth: nth, Delay: time.Hour})
	session, err := gexec.Start(c.alice.Self(args...), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	Eventually(held.Fired).Should(Equal(1))
	session.Kill() // SIGKILL
	Eventually(session).Should(gexec.Exit(137))
	held.Remove()
}

var _ = Describe("thread export, interrupted", func() {
	It("writes the same files if it is killed twice", func() {
		c := newConversation(33)
		c.alice.Run(c.arguments(c.dir("undisturbed"), "--html")...).OK()
		args := c.arguments(c.dir("killed"), "--html")
		c.killAt(3, args)
		Expect(c.dir("killed").files()).To(And(HaveKey("messages.jsonl.part"), HaveKey("export-state.json"), Not(HaveKey("messages.jsonl"))))
		c.killAt(4, args)
		Expect(c.alice.Run(args...).OK()).To(HavePrefix("Continuing after 25 messages.\n"))
		Expect(c.dir("killed").files()).To(Equal(c.dir("undisturbed").files()))
	})

	It("writes the same files wherever it is killed", func() {
		c := newConversation(18)
		c.alice.Run(c.arguments(c.dir("undisturbed"))...).OK()
		pages := 5 // of 21 messages, and one more request for changes
		for nth := range pages + 1 {
			to := c.dir(fmt.Sprint("killed at ", nth))
			c.killAt(nth+1, c.arguments(to))
			c.alice.Run(c.arguments(to)...).OK()
			Expect(to.files()).To(Equal(c.dir("undisturbed").files()))
		}
	})

	It("requests no page again that is on disk", func() {
		c := newConversation(18)
		c.killAt(3, c.arguments(c.dir("out")))
		before := len(c.Requests(chattest.ListChatMessages))
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.Requests(chattest.ListChatMessages)[before:]).To(HaveLen(5 - 2 + 1))
	})

	It("discards a page that was written in part", func() {
		c := newConversation(18)
		c.alice.Run(c.arguments(c.dir("undisturbed"))...).OK()
		args := c.arguments(c.dir("torn"))
		c.killAt(3, args)
		part, err := os.OpenFile(filepath.Join(string(c.dir("torn")), "messages.jsonl.part"), os.O_APPEND|os.O_WRONLY, 0)
		Expect(err).NotTo(HaveOccurred())
		_, err = part.WriteString(`{"id":"17621` + "\n{")
		Expect(err).NotTo(HaveOccurred())
		Expect(part.Close()).To(Succeed())
		c.alice.Run(args...).OK()
		Expect(c.dir("torn").files()).To(Equal(c.dir("undisturbed").files()))
	})

	It("can be killed while it renames the files", func() {
		c := newConversation(8)
		c.alice.Run(c.arguments(c.dir("undisturbed"), "--html")...).OK()
		args := c.arguments(c.dir("out"), "--html")
		c.killAt(4, args) // all messages are listed
		c.rewriteState(c.dir("out"), func(state map[string]any) { state["caughtUp"] = true })
		for _, name := range []string{"thread.jsonl", "messages.jsonl"} {
			file := filepath.Join(string(c.dir("out")), name)
			Expect(os.Rename(file+".part", file)).To(Succeed())
		}
		c.alice.Run(args...).OK()
		Expect(c.dir("out").files()).To(Equal(c.dir("undisturbed").files()))
	})

	It("stops at an interrupt, and says how to resume", func() {
		c := newConversation(18)
		held := c.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 3, Delay: time.Hour})
		session := c.alice.Start(c.arguments(c.dir("out"))...)
		Eventually(held.Fired).Should(Equal(1))
		session.Interrupt()
		c.alice.Wait(session).Ends(3, "exported 10 of about 21 messages so far", "The same command continues the export.")
		held.Remove()
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").ids()).To(HaveLen(21))
	})

	It("reports why it cannot resume, and resumes after that is mended", func() {
		c := newConversation(18)
		c.killAt(3, c.arguments(c.dir("out")))
		fault := c.Fail(chattest.ListChatMessages, chattest.Fault{Times: -1, Status: http.StatusForbidden})
		c.alice.Run(c.arguments(c.dir("out"))...).Ends(3, "exported 10 of about 21 messages so far", "403 Forbidden", "acschat doctor --thread "+c.id)
		fault.Remove()
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").ids()).To(HaveLen(21))
	})

	It("waits if the service reports too many requests", func() {
		c := newConversation(8)
		fault := c.Fail(chattest.ListChatMessages, chattest.Fault{Nth: 2, Status: http.StatusTooManyRequests, RetryAfter: 100 * time.Millisecond})
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(fault.Fired()).To(Equal(1))
		Expect(c.dir("out").ids()).To(HaveLen(11))
	})

	It("remembers --html", func() {
		c := newConversation(8)
		c.killAt(2, c.arguments(c.dir("out"), "--html"))
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").files()).To(HaveKey("thread.html"))
	})

	It("resumes only the same thread and a state that it can read", func() {
		c := newConversation(8)
		c.killAt(2, c.arguments(c.dir("out")))
		other := c.alice.CreateThread(c.Server, "Other")
		c.alice.Run("export", other, "--out", string(c.dir("out"))).Ends(2, "is of another thread, "+c.id)
		c.rewriteState(c.dir("out"), func(state map[string]any) { state["format"] = 2 })
		c.alice.Run(c.arguments(c.dir("out"))...).Ends(2, "not a state that this version can continue from")
	})

	It("reports a truncated file", func() {
		c := newConversation(8)
		c.killAt(2, c.arguments(c.dir("out")))
		Expect(os.Truncate(filepath.Join(string(c.dir("out")), "messages.jsonl.part"), 10)).To(Succeed())
		c.alice.Run(c.arguments(c.dir("out"))...).Ends(1, "is shorter than it was")
	})
})

var _ = Describe("thread export, while the thread changes", func() {
	var c *conversation
	var there []string // the messages at the start

	BeforeEach(func() {
		c = newConversation(18)
		all, err := c.bob.ListMessages(nil).Collect(GinkgoTB().Context(), 0)
		Expect(err).NotTo(HaveOccurred())
		there = nil
		for _, m := range all {
			there = append(there, m.ID)
		}
	})

	// message returns the exported message with an id.
	message := func(id string) map[string]any {
		GinkgoHelper()
		all := c.dir("out").objects("messages.jsonl")
		i := slices.IndexFunc(all, func(m map[string]any) bool { return m["id"] == id })
		Expect(i).To(BeNumerically(">=", 0))
		return all[i]
	}

	It("exports the thread as of its start", func() {
		c.killAt(2, c.arguments(c.dir("out"))) // the five latest messages are written
		for range 7 {
			c.say("too late")
		}
		c.killAt(3, c.arguments(c.dir("out")))
		c.say("too late as well")
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").ids()).To(Equal(there))
	})

	It("exports a message that is edited or deleted meanwhile once, before or after the change", func() {
		ctx := GinkgoTB().Context()
		c.killAt(2, c.arguments(c.dir("out")))
		written, early, gone := c.sent[17], c.sent[2], c.sent[1]
		Expect(c.bob.UpdateMessage(ctx, written, chat.MessageUpdate{Content: new("later")})).To(Succeed())
		Expect(c.bob.UpdateMessage(ctx, early, chat.MessageUpdate{Content: new("mended")})).To(Succeed())
		Expect(c.bob.DeleteMessage(ctx, gone)).To(Succeed())
		for range 12 {
			c.say("so that what has changed is some pages away")
		}
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").ids()).To(ConsistOf(there))
		Expect(message(written)).To(HaveKeyWithValue("content", HaveKeyWithValue("message", "message 17")))
		Expect(message(early)).To(And(HaveKey("editedOn"), HaveKeyWithValue("content", HaveKeyWithValue("message", "mended"))))
		Expect(message(gone)).To(HaveKey("deletedOn"))
		Expect(c.dir("out").ids()[19:]).To(Equal([]string{gone, early}))
	})

	It("exports a message that changes while changes are listed, even if that is interrupted", func() {
		ctx := GinkgoTB().Context()
		c.killAt(2, c.arguments(c.dir("out")))
		first, second := c.sent[0], c.sent[1]
		Expect(c.bob.UpdateMessage(ctx, first, chat.MessageUpdate{Content: new("once")})).To(Succeed())
		for range 6 {
			c.say("so that there are two pages above")
		}
		c.killAt(6, c.arguments(c.dir("out"))) // while it lists changes: the first page is read
		Expect(c.bob.UpdateMessage(ctx, first, chat.MessageUpdate{Content: new("twice")})).To(Succeed())
		Expect(c.bob.DeleteMessage(ctx, second)).To(Succeed()) // written already
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").ids()).To(ConsistOf(there))
		Expect(message(first)).To(HaveKeyWithValue("content", HaveKeyWithValue("message", "twice")))
		Expect(message(second)).NotTo(HaveKey("deletedOn"))
	})
})

// rewriteState changes the state of an interrupted export.
func (c *conversation) rewriteState(e exported, change func(map[string]any)) {
	GinkgoHelper()
	var state map[string]any
	Expect(json.Unmarshal([]byte(e.read("export-state.json")), &state)).To(Succeed())
	change(state)
	text, err := json.Marshal(state)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(string(e), "export-state.json"), text, 0o600)).To(Succeed())
}
