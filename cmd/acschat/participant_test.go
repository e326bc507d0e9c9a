package main_test

import (
	"net/http"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("participant", func() {
	var server *chattest.Server
	var alice *shell
	var thread string

	BeforeEach(func() { server, alice, thread = shellIn("Team") })

	people := func() []chat.Participant {
		GinkgoHelper()
		people, err := server.Client(alice.user).ThreadClient(thread).ListParticipants(nil).Collect(GinkgoTB().Context(), 0)
		Expect(err).NotTo(HaveOccurred())
		return people
	}

	ids := func(users []chattest.User) []string {
		var ids []string
		for _, u := range users {
			ids = append(ids, u.ID)
		}
		return ids
	}

	Describe("add", func() {
		It("adds people with their names", func() {
			users := server.NewUsers(2)
			Expect(alice.run("participant", "add", users[0].ID+"=Bob", users[1].ID).ok()).To(Equal("Added 2 participants.\n"))
			Expect(people()[1:]).To(HaveExactElements(
				And(HaveField("Identifier", users[0]), HaveField("DisplayName", "Bob")),
				And(HaveField("Identifier", users[1]), HaveField("DisplayName", "")),
			))
		})

		It("takes the flags of az", func() {
			bob := server.NewUser()
			alice.run("participant", "add", "--user", bob.ID, "--display-name", "Bob", "--start-time", "2026-05-04T09:30:00Z", "--metadata", "team=red").ok()
			Expect(people()[1]).To(And(
				HaveField("Identifier", bob), HaveField("DisplayName", "Bob"), HaveField("Metadata", map[string]string{"team": "red"}),
				HaveField("ShareHistoryTime", BeTemporally("==", time.Date(2026, time.May, 4, 9, 30, 0, 0, time.UTC))),
			))
		})

		It("adds those who can be, ends with 3, and says who can't and why", func() {
			bob, gone, foreign := server.NewUser(), server.NewUser(), server.ForeignUser()
			server.DeleteUser(gone)
			r := alice.run("participant", "add", gone.ID+"=Carol", bob.ID, foreign.ID).
				ends(3, "2 of 3 participants could not be added", gone.ID+" (Carol): there is no such user", foreign.ID+": of another resource")
			Expect(r.out).To(Equal("Added 1 participant.\n"))
			Expect(people()).To(ContainElement(HaveField("Identifier", bob)))
		})

		It("tells programs what the service answers", func() {
			bob, foreign := server.NewUser(), server.ForeignUser()
			Expect(alice.run("participant", "add", bob.ID, "-o", "json").ok()).To(MatchJSON(`{}`))
			r := alice.run("participant", "add", foreign.ID, "-o", "jsonl").ends(3)
			Expect(r.out).To(MatchJSON(`{"invalidParticipants":[{"code":"403","message":"Permissions check failed","target":"` + foreign.ID + `"}]}`))
		})

		It("says nothing of success when nobody could be added", func() {
			r := alice.run("participant", "add", server.ForeignUser().ID).ends(3, "1 of 1 participant could not be added")
			Expect(r.out).To(BeEmpty())
		})

		DescribeTable("reads files of several forms",
			func(lines ...string) {
				users := server.NewUsers(2)
				for i, line := range lines {
					lines[i] = expandUsers(line, users)
				}
				alice.run("participant", "add", "--from", alice.file("team.csv", lines...)).ok()
				Expect(people()[1:]).To(HaveExactElements(
					And(HaveField("Identifier", users[0]), HaveField("DisplayName", "Bob, the builder")),
					And(HaveField("Identifier", users[1]), HaveField("DisplayName", ""),
						HaveField("ShareHistoryTime", BeTemporally("==", time.Date(2026, time.May, 4, 9, 30, 0, 0, time.UTC)))),
				))
			},
			Entry("CSV in our order", `$0,"Bob, the builder"`, `$1,,2026-05-04T09:30:00Z`),
			Entry("CSV with a head, in another order", `Display Name,ShareHistoryTime,RawId,Note`, `"Bob, the builder",,$0,x`, `,2026-05-04T09:30:00Z,$1,y`),
			Entry("with remarks, empty lines and spaces", `# ours`, `$0 , "Bob, the builder"`, ``, ` $1, ,2026-05-04T09:30:00Z`),
			Entry("from a spreadsheet, with a byte order mark", "\ufeffid,name,since", `$0,"Bob, the builder",`, `$1,,2026-05-04T09:30:00Z`),
		)

		It("reads ids from stdin", func() {
			users := server.NewUsers(3)
			alice.pipe(users[0].ID+"\n"+users[1].ID+"\n").run("participant", "add", users[2].ID, "--from", "-").ok()
			Expect(people()).To(HaveLen(4))
		})

		It("adds nobody when a line can't be read, and says which", func() {
			file := alice.file("team.csv", server.NewUser().ID, "bob")
			alice.run("participant", "add", "--from", file).ends(2, "team.csv, line 2", `"bob" is not a raw id`)
			alice.run("participant", "add", "--from", alice.file("when.csv", server.NewUser().ID+",Bob,soon")).ends(2, "when.csv, line 1", "must be a time")
			alice.run("participant", "add", "--from", alice.file("open.csv", `"`+server.NewUser().ID)).ends(2, "open.csv")
			Expect(server.Requests(chattest.AddChatParticipants)).To(BeEmpty())
		})

		It("adds more than a request holds", func() {
			file := alice.file("crowd", ids(server.NewUsers(230))...)
			Expect(alice.run("participant", "add", "--from", file).ok()).To(Equal("Added 230 participants.\n"))
			Expect(people()).To(HaveLen(231))
			Expect(server.Requests(chattest.AddChatParticipants)).To(HaveLen(2))
		})

		It("says how far it came when a later request failed, and goes on from there", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Nth: 2, Status: http.StatusForbidden})
			file := alice.file("crowd", ids(server.NewUsers(230))...)
			r := alice.run("participant", "add", "--from", file).ends(3, "added 200 of 230 participants", "403 Forbidden", "--skip 200")
			Expect(r.out).To(Equal("Added 200 participants.\n"))
			Expect(alice.run("participant", "add", "--from", file, "--skip", "200").ok()).To(Equal("Added 30 participants.\n"))
			Expect(people()).To(HaveLen(231))
		})

		It("lets the request under way finish when it is interrupted", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Delay: time.Second})
			session := alice.start("participant", "add", "--from", alice.file("crowd", ids(server.NewUsers(230))...))
			Eventually(func() []chattest.Request { return server.Requests(chattest.AddChatParticipants) }).Should(HaveLen(1))
			session.Signal(syscall.SIGINT)
			alice.wait(session).ends(3, "added 200 of 230 participants: interrupted", "--skip 200")
			Expect(people()).To(HaveLen(201))
		})

		It("waits when the service says that there were too many requests", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Times: 2, Status: http.StatusTooManyRequests, RetryAfter: 20 * time.Millisecond})
			alice.run("participant", "add", server.NewUser().ID).ok()
			Expect(people()).To(HaveLen(2))
		})

		It("fails as a whole when the thread is not theirs", func() {
			shellOf(server).run("participant", "add", "-t", thread, server.NewUser().ID).ends(1, "403 Forbidden")
		})

		It("wants somebody to add", func() {
			alice.run("participant", "add").ends(2, "whom?")
			alice.run("participant", "add", "--from", alice.file("empty")).ends(2, "whom?")
			alice.run("participant", "add", "8:acs:a", "8:acs:b", "--display-name", "Both").ends(2, "--display-name is the name of one person")
			alice.run("participant", "add", "8:acs:a", "--skip", "2").ends(2, "--skip 2 leaves out more")
		})
	})

	Describe("list", func() {
		It("shows who is there, by which name and since when", func() {
			bob := server.NewUser()
			alice.run("participant", "add", bob.ID+"=Bob", "--start-time", "2026-05-04T09:30:00Z").ok()
			Expect(alice.run("participant", "list").lines()).To(HaveExactElements(
				MatchRegexp(`^PARTICIPANT +SINCE +NAME$`), Equal(alice.user.ID), MatchRegexp(`^`+bob.ID+` +2026-05-04 09:30:00 +Bob$`),
			))
		})

		It("gives programs the objects of the service", func() {
			var people []map[string]any
			alice.run("participant", "list", "-o", "json").into(&people)
			Expect(people).To(HaveExactElements(And(
				HaveKeyWithValue("communicationIdentifier", HaveKeyWithValue("rawId", alice.user.ID)),
				HaveKeyWithValue("shareHistoryTime", "1970-01-01T00:00:00Z"),
			)))
		})

		It("pages, skips and limits", func() {
			alice.run("participant", "add", "--from", alice.file("team", ids(server.NewUsers(6))...)).ok()
			Expect(alice.run("participant", "list", "--page-size", "2", "-o", "jsonl").lines()).To(HaveLen(7))
			Expect(alice.run("participant", "list", "--skip", "5", "-o", "jsonl").lines()).To(HaveLen(2))
			Expect(alice.run("participant", "list", "--limit", "3", "-o", "jsonl").lines()).To(HaveLen(3))
		})
	})

	Describe("remove", func() {
		It("removes when confirmed", func() {
			bob := alice.member(server, thread, "Bob")
			Expect(alice.run("participant", "remove", bob.user.ID, "--yes").ok()).To(Equal("Removed " + bob.user.ID + " from thread " + thread + ".\n"))
			Expect(people()).To(HaveLen(1))
		})

		It("takes the flag of az", func() {
			bob := alice.member(server, thread, "Bob")
			alice.run("participant", "remove", "--user", bob.user.ID, "-y", "-o", "json").ok()
			Expect(people()).To(HaveLen(1))
		})

		It("wants a person, and a confirmation", func() {
			alice.run("participant", "remove", "--yes").ends(2, "which one?")
			alice.run("participant", "remove", "bob", "--yes").ends(2, "not a raw id")
			alice.run("participant", "remove", alice.user.ID).ends(2, "--yes")
			Expect(people()).To(HaveLen(1))
		})
	})
})

// expandUsers puts ids in the place of $0 and $1.
func expandUsers(line string, users []chattest.User) string {
	return strings.NewReplacer("$0", users[0].ID, "$1", users[1].ID).Replace(line)
}
