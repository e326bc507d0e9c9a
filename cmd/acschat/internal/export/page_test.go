package export_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/html"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

// elements returns the tags of a page, with the attributes that may cause a browser to act.
func elements(page string) (tags map[string]int, attributes []string) {
	GinkgoHelper()
	tags = map[string]int{}
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		tags[token.Data]++
		for _, a := range token.Attr {
			attributes = append(attributes, a.Key)
		}
	}
	return tags, attributes
}

var _ = Describe("thread export --html", func() {
	var c *conversation

	BeforeEach(func() { c = newConversation(0) })

	send := func(text string, kind chat.MessageType) string {
		GinkgoHelper()
		sent, err := c.bob.SendMessage(GinkgoTB().Context(), text, &chat.SendMessageOptions{SenderDisplayName: "Bob", Type: kind})
		Expect(err).NotTo(HaveOccurred())
		return sent.ID
	}

	page := func() string {
		GinkgoHelper()
		c.alice.Run(c.arguments(c.dir("out"), "--html")...).OK()
		return c.dir("out").read("thread.html")
	}

	It("shows the conversation, the oldest message first", func() {
		ctx := GinkgoTB().Context()
		first := send("Canary is green.\nAt last.", "")
		edited := send("Shippping", "")
		gone := send("Oops", "")
		Expect(c.bob.UpdateMessage(ctx, edited, chat.MessageUpdate{Content: new("Shipping")})).To(Succeed())
		Expect(c.bob.DeleteMessage(ctx, gone)).To(Succeed())
		Expect(c.bob.SendReadReceipt(ctx, first)).To(Succeed())
		text := page()
		Expect(text).To(MatchRegexp(`(?s)<h1><bdi>Plans</bdi></h1>.*Bob.*, up to ` + first + `, on 20.*` +
			`<h2>\w+day, \d+ \w+ 20\d\d</h2>.*set the topic to “Plans”.*added Bob.*` +
			`<article id="m` + first + `">\n<header>\d\d:\d\d:\d\d <b><bdi>Bob</bdi></b></header>\n<p dir="auto">Canary is green.\nAt last.</p>.*` +
			`\(edited 20\S+ \S+ UTC\).*Shipping</p>.*\(deleted 20\S+ \S+ UTC\).*This message was deleted\.`))
		Expect(text).NotTo(ContainSubstring("Oops"))
		Expect(strings.Count(text, "<h2>")).To(Equal(1))
	})

	It("shows a heading for each day", func() {
		send("today", "")
		c.Advance(48 * time.Hour)
		c.bob = c.Client(chat.CommunicationUser{ID: c.bobID()}).ThreadClient(c.id)
		send("the day after tomorrow", "")
		c.alice = c.alice.With(session.TokenVariable, c.Token(c.alice.User, time.Hour))
		Expect(strings.Count(page(), "<h2>")).To(Equal(2))
	})

	It("shows hostile text as text", func() {
		ctx := GinkgoTB().Context()
		for _, evil := range []string{
			`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</p></article><iframe src="https://example.com"></iframe>`,
			`<a href="javascript:alert(1)">x</a>`, `--><style>@import "https://example.com"</style>`, `{{.ID}}`, "\u202egnp.exe", "\x1b[2J",
		} {
			send(evil, "")
			send(evil, chat.MessageTypeHTML)
			_, err := c.bob.SendMessage(ctx, "x", &chat.SendMessageOptions{SenderDisplayName: evil})
			Expect(err).NotTo(HaveOccurred())
			Expect(c.bob.UpdateTopic(ctx, evil)).To(Succeed())
			_, err = c.bob.AddParticipants(ctx, []chat.Participant{{Identifier: c.NewUser(), DisplayName: evil}})
			Expect(err).NotTo(HaveOccurred())
		}
		text := page()
		tags, attributes := elements(text)
		Expect(tags).To(HaveKeyWithValue("article", 43))
		for tag := range tags {
			Expect(tag).To(BeElementOf("html", "head", "meta", "title", "style", "body", "h1", "h2", "dl", "dt", "dd", "bdi", "b", "article", "header", "p"))
		}
		Expect(attributes).To(HaveEach(BeElementOf("lang", "charset", "http-equiv", "content", "name", "id", "dir", "class")))
		Expect(tags).To(HaveKeyWithValue("style", 1))
		Expect(text).To(ContainSubstring(`content="default-src 'none'; style-src 'unsafe-inline'"`))
		Expect(text).To(ContainSubstring("&lt;script&gt;alert(1)&lt;/script&gt;"))
		Expect(text).NotTo(MatchRegexp("[\u202e\x1b]"))
	})

	It("shows the text of HTML messages", func() {
		send("<h1>Release</h1><p>Canary is <b>green</b> &amp; fine.<br>Next: <i>all</i></p><ul><li>one</li><li>two</li></ul>"+
			"<!-- no --><script>alert(1)</script><style>p{}</style>", chat.MessageTypeHTML)
		Expect(page()).To(ContainSubstring("\">Release\nCanary is green &amp; fine.\nNext: all\none\ntwo</p>"))
	})
})

// bobID returns Bob's raw id.
func (c *conversation) bobID() string {
	GinkgoHelper()
	people, err := c.bob.ListParticipants(nil).Collect(GinkgoTB().Context(), 0)
	Expect(err).NotTo(HaveOccurred())
	return people[1].Identifier.RawID()
}
