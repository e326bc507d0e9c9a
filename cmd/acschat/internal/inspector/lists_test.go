package inspector_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The lists of the page", func() {
	var (
		d          *desk
		alice, bob chattest.User
	)

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
		alice, bob = d.NewUser(), d.NewUser()
	})

	// part returns what a part of the page shows.
	part := func(target, name string) string {
		GinkgoHelper()
		found := regexp.MustCompile(`(?s)<div id="` + name + `" data-holds>(.*?)</div>\s*</section>`).FindStringSubmatch(d.page(target))
		Expect(found).To(HaveLen(2), name)
		return found[1]
	}
	// texts returns what the elements of a class contain.
	texts := func(page, class string) (found []string) {
		for _, m := range regexp.MustCompile(`class="`+class+`"[^>]*>([^<]*)<`).FindAllStringSubmatch(page, -1) {
			found = append(found, html.UnescapeString(m[1]))
		}
		return found
	}
	link := func(page, name string) string {
		GinkgoHelper()
		found := regexp.MustCompile(`href="([^"#]*)#[^"]*"[^>]*>` + name + `<`).FindStringSubmatch(page)
		Expect(found).To(HaveLen(2), name)
		return html.UnescapeString(found[1])
	}
	idOf := func(thread string) string { return strings.TrimPrefix(thread, "/chat/threads/") }
	query := func(pairs ...string) string {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return "/?" + values.Encode()
	}

	Describe("threads", func() {
		It("come by their latest activity", func() {
			first := d.thread(alice, "First")
			d.thread(alice, "Second")
			Expect(texts(part("/", "threads"), "topic")).To(Equal([]string{"Second", "First"}))
			d.send(alice, first, "Up.", "")
			Expect(texts(part("/", "threads"), "topic")).To(Equal([]string{"First", "Second"}))
		})

		It("are found by topic and id, and by nothing else", func() {
			first := d.thread(alice, "Release 4.2")
			d.thread(alice, "Canteen")
			Expect(texts(part(query("tq", " rELEASE"), "threads"), "topic")).To(Equal([]string{"Release 4.2"}))
			Expect(texts(part(query("tq", idOf(first)), "threads"), "topic")).To(Equal([]string{"Release 4.2"}))
			Expect(part(query("tq", "nothing"), "threads")).To(ContainSubstring("No thread matches."))
		})
	})

	It("show every user, on as many pages as it takes", func() {
		d.NewUsers(28)
		seen, target := map[string]bool{}, "/"
		for range 3 {
			users := part(target, "users")
			for _, u := range d.Users() {
				if strings.Contains(users, `data-key="`+u.ID+`"`) {
					seen[u.ID] = true
				}
			}
			if strings.Contains(users, "Older") {
				target = link(users, "Older")
			}
		}
		Expect(seen).To(HaveLen(30))
		Expect(part(target, "users")).To(ContainSubstring("25–30 of 30"))
		Expect(part(query("uq", alice.ID), "users")).To(And(ContainSubstring("1–1 of 1"), ContainSubstring(alice.ID)))
	})

	Describe("messages", func() {
		It("are reached to the first, and stay where they are while more come", func() {
			thread := d.thread(alice, "Long")
			for i := range 120 {
				d.send(alice, thread, fmt.Sprint("number ", i), "")
			}
			newest := part("/", "messages")
			Expect(newest).To(And(ContainSubstring("1–50 of 122"), ContainSubstring("number 119"), ContainSubstring("number 70"), Not(ContainSubstring("Newer"))))
			middle := link(newest, "Older")
			Expect(texts(part(middle, "messages"), "text")).To(HaveLen(50))
			Expect(texts(part(middle, "messages"), "text")[0]).To(Equal("number 69"))
			d.send(alice, thread, "one more", "")
			Expect(texts(part(middle, "messages"), "text")[0]).To(Equal("number 69"))
			oldest := part(link(part(middle, "messages"), "Older"), "messages")
			Expect(oldest).To(And(ContainSubstring("number 0<"), Not(ContainSubstring("Older"))))
			Expect(texts(part(link(oldest, "Newer"), "messages"), "text")[0]).To(Equal("number 69"))
			newer := part(link(part(middle, "messages"), "Newer"), "messages")
			Expect(texts(newer, "text")[0]).To(Equal("number 119"))
			Expect(texts(part(link(newer, "Newer"), "messages"), "text")[0]).To(Equal("one more"))
		})

		It("are searched in the chosen thread, or else in all of them", func() {
			first, second := d.thread(alice, "First"), d.thread(bob, "Second")
			d.send(alice, first, "The canary is green.", "Alice")
			d.Advance(time.Second) // two threads may use the same id at the same time
			d.send(bob, second, "Which CANARY?", "Bob")
			d.send(bob, second, "Never mind.", "Bob")
			Expect(texts(part(query("mq", "canary"), "messages"), "text")).To(Equal([]string{"Which CANARY?", "The canary is green."}))
			Expect(part(query("mq", "canary"), "messages")).To(And(ContainSubstring("in First"), ContainSubstring("in Second")))
			Expect(texts(part(query("mq", "canary", "thread", idOf(first)), "messages"), "text")).To(Equal([]string{"The canary is green."}))
			Expect(texts(part(query("mq", "alice"), "messages"), "text")).To(Equal([]string{"The canary is green."}))
			Expect(part(query("mq", "nothing"), "messages")).To(ContainSubstring("No message matches."))
		})

		It("are those of a chosen user", func() {
			d.send(alice, d.thread(alice, "First"), "From Alice.", "")
			d.send(bob, d.thread(bob, "Second"), "From Bob.", "")
			Expect(texts(part(query("user", alice.ID), "messages"), "text")).To(Equal([]string{"From Alice."}))
		})
	})

	Describe("requests", func() {
		operations := func(target string) []string { return texts(part(target, "requests"), "what word") }

		It("are filtered by operation, user, thread and status, and by several of them", func() {
			first, second := d.thread(alice, "First"), d.thread(bob, "Second")
			d.send(alice, first, "x", "")
			d.send(bob, second, "y", "")
			d.ask(bob, "GET", first, "")
			d.Fail(chattest.ListChatThreads, chattest.Fault{Status: 503})
			d.ask(alice, "GET", "/chat/threads", "")
			Expect(operations("/")).To(HaveLen(6))
			Expect(operations(query("operation", "ChatThread_SendChatMessage"))).To(Equal([]string{"SendChatMessage", "SendChatMessage"}))
			Expect(operations(query("user", alice.ID))).To(Equal([]string{"ListChatThreads", "SendChatMessage", "CreateChatThread"}))
			Expect(operations(query("thread", idOf(first)))).To(Equal([]string{"GetChatThreadProperties", "SendChatMessage"}))
			Expect(operations(query("status", "4xx"))).To(Equal([]string{"GetChatThreadProperties"}))
			Expect(operations(query("status", "5xx"))).To(Equal([]string{"ListChatThreads"}))
			Expect(operations(query("status", "fault"))).To(Equal([]string{"ListChatThreads"}))
			Expect(operations(query("status", "failed"))).To(Equal([]string{"ListChatThreads", "GetChatThreadProperties"}))
			Expect(operations(query("status", "2xx", "user", bob.ID, "operation", "ChatThread_SendChatMessage"))).To(Equal([]string{"SendChatMessage"}))
			Expect(part(query("status", "3xx"), "requests")).To(ContainSubstring("No request matches, of 6."))
		})

		It("are found by what was sent and answered, by path and by id", func() {
			thread := d.thread(alice, "First")
			d.send(alice, thread, "A needle.", "")
			d.ask(alice, "GET", "/chat/threads", "")
			id := d.Requests()[2].ReplyHeader.Get("MS-CV")
			Expect(operations(query("q", "NEEDLE"))).To(Equal([]string{"SendChatMessage"}))
			Expect(operations(query("q", id))).To(Equal([]string{"ListChatThreads"}))
			Expect(operations(query("q", idOf(thread)+"/messages"))).To(Equal([]string{"SendChatMessage"}))
			Expect(operations(query("q", "First"))).To(Equal([]string{"ListChatThreads", "CreateChatThread"}))
		})

		It("are reached to the first that is kept", func() {
			for range 130 {
				d.ask(alice, "GET", "/chat/threads", "")
			}
			target, shown := "/", 0
			for range 3 {
				requests := part(target, "requests")
				shown += strings.Count(requests, "<details")
				if strings.Contains(requests, "Older") {
					target = link(requests, "Older")
				}
			}
			Expect(shown).To(Equal(130))
			Expect(part(target, "requests")).To(ContainSubstring("101–130 of 130"))
			d.Reset()
			Expect(part(target, "requests")).To(ContainSubstring("No requests yet."))
		})
	})

	It("keep one another's searches and choices in their forms and links", func() {
		d.send(alice, d.thread(alice, "First"), "x", "")
		target := query("tq", "First", "mq", "x", "status", "2xx", "user", alice.ID)
		page := d.page(target)
		form := regexp.MustCompile(`(?s)<form class="find" action="/#users-heading".*?</form>`).FindString(page)
		for _, kept := range []string{`name="tq" value="First"`, `name="mq" value="x"`, `name="status" value="2xx"`, `name="user" value="` + alice.ID} {
			Expect(form).To(ContainSubstring(kept))
		}
		Expect(form).To(ContainSubstring(`name="uq" value=""`))
		Expect(page).To(And(ContainSubstring(`<option value="2xx" selected>`), ContainSubstring(`name="tq" value="First"`)))
		Expect(page).To(MatchRegexp(`<b>` + alice.ID[len(alice.ID)-36:] + `</b> <a href="/\?mq=x&amp;status=2xx&amp;tq=First#users-heading"`))
	})

	It("of 10,000 messages and requests stay smaller than 250 kB", func() {
		seed := &chattest.Seed{Users: []string{"alice"}}
		for range 30 {
			seed.Threads = append(seed.Threads, chattest.SeedThread{Topic: "Seeded", CreatedBy: "alice"})
		}
		for i := range 10_000 {
			t := &seed.Threads[i%3]
			t.Messages = append(t.Messages, chattest.SeedMessage{From: "alice", Text: fmt.Sprint("message ", i)})
		}
		d := newDeskWith(&chattest.Options{Seed: seed})
		DeferCleanup(d.Close)
		ana := d.NewUser()
		token := "Bearer " + d.Token(ana, 0)
		for range 10_000 {
			d.do(request("GET", "/chat/threads?api-version=2025-03-15", "", "Authorization", token))
		}
		for _, target := range []string{"/", query("mq", "message 99"), query("q", "no such thing")} {
			Expect(len(d.page(target))).To(BeNumerically("<", 250_000), target)
		}
	})
})
