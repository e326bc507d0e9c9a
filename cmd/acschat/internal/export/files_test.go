package export_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// exported is the directory of an export.
type exported string

func (e exported) read(name string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join(string(e), name))
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// objects returns the objects of a JSON Lines file.
func (e exported) objects(name string) []map[string]any {
	GinkgoHelper()
	var all []map[string]any
	for line := range strings.Lines(e.read(name)) {
		Expect(line).To(HaveSuffix("}\n"))
		var object map[string]any
		Expect(json.Unmarshal([]byte(line), &object)).To(Succeed())
		all = append(all, object)
	}
	return all
}

// ids returns the ids of the exported messages.
func (e exported) ids() []string {
	GinkgoHelper()
	var ids []string
	for _, m := range e.objects("messages.jsonl") {
		id, ok := m["id"].(string)
		Expect(ok).To(BeTrue())
		ids = append(ids, id)
	}
	return ids
}

// files returns the contents of the files in the directory by name.
func (e exported) files() map[string]string {
	GinkgoHelper()
	entries, err := os.ReadDir(string(e))
	Expect(err).NotTo(HaveOccurred())
	files := map[string]string{}
	for _, entry := range entries {
		files[entry.Name()] = e.read(entry.Name())
	}
	return files
}

// conversation is a thread of Alice and Bob with messages of Bob, the last a minute after the others.
type conversation struct {
	*chattest.Server
	alice *clitest.Shell
	bob   *chat.ThreadClient
	id    string
	sent  []string // ids
}

func newConversation(messages int) *conversation {
	GinkgoHelper()
	c := &conversation{Server: chattest.NewServer(GinkgoTB(), api.Watch(nil))}
	c.alice = clitest.Of(tool(), c.Server)
	c.id = c.alice.CreateThread(c.Server, "Plans")
	bob := c.alice.Member(c.Server, c.id, "Bob")
	c.bob = c.Client(bob.User).ThreadClient(c.id)
	for i := range messages {
		if i == messages-1 {
			c.Advance(time.Minute)
		}
		c.say(fmt.Sprint("message ", i))
	}
	return c
}

// say has Bob send a message.
func (c *conversation) say(text string) string {
	GinkgoHelper()
	sent, err := c.bob.SendMessage(GinkgoTB().Context(), text, &chat.SendMessageOptions{SenderDisplayName: "Bob"})
	Expect(err).NotTo(HaveOccurred())
	c.sent = append(c.sent, sent.ID)
	return sent.ID
}

func (c *conversation) dir(name string) exported { return exported(filepath.Join(c.alice.Dir, name)) }

// arguments returns the command line of an export with small pages.
func (c *conversation) arguments(to exported, more ...string) []string {
	return append([]string{"export", c.id, "--out", string(to), "--page-size", "5"}, more...)
}

var _ = Describe("thread export", func() {
	It("writes the thread, its participants, receipts and messages with the service's names", func() {
		c := newConversation(12)
		ctx := GinkgoTB().Context()
		Expect(c.bob.SendReadReceipt(ctx, c.sent[3])).To(Succeed())
		Expect(c.bob.UpdateMessage(ctx, c.sent[0], chat.MessageUpdate{Content: new("mended")})).To(Succeed())
		Expect(c.bob.DeleteMessage(ctx, c.sent[1])).To(Succeed())
		to := c.dir("out")
		Expect(c.alice.Run(c.arguments(to)...).OK()).To(Equal(fmt.Sprintf("Exported 15 messages of 2 participants to %s.\n", to)))

		Expect(to.objects("thread.jsonl")).To(HaveExactElements(And(
			HaveKeyWithValue("id", c.id), HaveKeyWithValue("topic", "Plans"), HaveKey("createdByCommunicationIdentifier"))))
		Expect(to.objects("participants.jsonl")).To(HaveExactElements(
			HaveKey("communicationIdentifier"), And(HaveKey("communicationIdentifier"), HaveKeyWithValue("displayName", "Bob"))))
		Expect(to.objects("receipts.jsonl")).To(HaveExactElements(And(
			HaveKeyWithValue("chatMessageId", c.sent[3]), HaveKey("senderCommunicationIdentifier"), HaveKey("readOn"))))
		Expect(to.ids()).To(HaveLen(15))
		Expect(to.objects("messages.jsonl")[:2]).To(HaveExactElements( // the latest change first
			And(HaveKeyWithValue("id", c.sent[1]), HaveKey("deletedOn")),
			And(HaveKeyWithValue("id", c.sent[0]), HaveKey("editedOn")),
		))
	})

	It("writes a manifest with the counts and checksums of the files", func() {
		c := newConversation(3)
		to := c.dir("out")
		printed := c.alice.Run(c.arguments(to, "-o", "json", "--html")...).OK()
		Expect(printed).To(Equal(to.read("manifest.json")))
		var manifest struct {
			ThreadID, AsOf string
			Files          []struct {
				Name, SHA256 string
				Count, Bytes int
			}
		}
		Expect(json.Unmarshal([]byte(printed), &manifest)).To(Succeed())
		Expect(manifest.ThreadID).To(Equal(c.id))
		Expect(manifest.AsOf).To(Equal(c.sent[2]))
		counts := map[string]int{}
		for _, f := range manifest.Files {
			text := to.read(f.Name)
			Expect(f.Bytes).To(Equal(len(text)))
			Expect(f.SHA256).To(Equal(fmt.Sprintf("%x", sha256.Sum256([]byte(text)))))
			counts[f.Name] = f.Count
		}
		Expect(counts).To(Equal(map[string]int{"thread.jsonl": 1, "participants.jsonl": 2, "receipts.jsonl": 0, "messages.jsonl": 6, "thread.html": 6}))
		Expect(to.files()).To(HaveLen(len(counts) + 1))
	})

	It("writes files that only their owner can read", func() {
		c := newConversation(1)
		to := c.dir("new/out")
		c.alice.Run(c.arguments(to, "--html")...).OK()
		for name := range to.files() {
			info, err := os.Stat(filepath.Join(string(to), name))
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)), name)
		}
		info, err := os.Stat(string(to))
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o700)))
	})

	It("reads large pages by default", func() {
		c := newConversation(12)
		before := len(c.Requests(chattest.ListChatMessages))
		c.alice.Run("export", "-t", c.id, "--out", string(c.dir("out"))).OK()
		asked := c.Requests(chattest.ListChatMessages)[before:]
		Expect(asked).To(HaveEach(HaveField("Query", HaveKeyWithValue("maxPageSize", []string{"200"}))))
		Expect(asked).To(HaveLen(2)) // the messages, and the changes since the start
	})

	It("writes the same files each time", func() {
		c := newConversation(12)
		c.alice.Run(c.arguments(c.dir("one"), "--html")...).OK()
		c.alice.With("TZ", "Asia/Tokyo").Run(append(c.arguments(c.dir("two"), "--html"), "--page-size", "3")...).OK()
		Expect(c.dir("two").files()).To(Equal(c.dir("one").files()))
	})

	DescribeTable("rejects invalid arguments before any request",
		func(complaint string, args ...string) {
			c := newConversation(0)
			before := len(c.Requests())
			c.alice.Run(append([]string{"export"}, args...)...).Ends(2, complaint)
			Expect(c.Requests()).To(HaveLen(before))
		},
		Entry("no directory", "where to?", "19:x"),
		Entry("no thread", "which thread?", "--out", "out"),
		Entry("a page that is too large", "--page-size is 1 to 200", "19:x", "--out", "out", "--page-size", "201"),
		Entry("an empty page", "--page-size is 1 to 200", "19:x", "--out", "out", "--page-size", "0"),
		Entry("a file instead of the directory", "--out", "19:x", "--out", os.DevNull),
	)

	It("does not overwrite another export or other files", func() {
		c := newConversation(1)
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		c.alice.Run(c.arguments(c.dir("out"))...).Ends(2, fmt.Sprintf("the export in %s is complete: choose another directory for a new one", c.dir("out")))
		other := c.alice.CreateThread(c.Server, "Other")
		c.alice.Run("export", other, "--out", string(c.dir("out"))).Ends(2, "is of another thread, "+c.id)
		Expect(os.Mkdir(string(c.dir("mine")), 0o700)).To(Succeed())
		c.alice.File("mine/messages.jsonl", "something else")
		c.alice.Run(c.arguments(c.dir("mine"))...).Ends(2, "contains a messages.jsonl")
		Expect(c.dir("mine").read("messages.jsonl")).To(Equal("something else\n"))
	})

	It("starts again in a directory in which an export has failed at once", func() {
		c := newConversation(1)
		c.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusForbidden})
		c.alice.Run(c.arguments(c.dir("out"))...).Ends(1, "403 Forbidden")
		c.alice.Run(c.arguments(c.dir("out"))...).OK()
		Expect(c.dir("out").objects("messages.jsonl")).To(HaveLen(4))
	})
})
