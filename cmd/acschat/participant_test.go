package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("participant", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string

	BeforeEach(func() { server, alice, thread = shellIn("Team") })

	people := func() []chat.Participant {
		GinkgoHelper()
		people, err := server.Client(alice.User).ThreadClient(thread).ListParticipants(nil).Collect(GinkgoTB().Context(), 0)
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
		It("adds participants with display names", func() {
			users := server.NewUsers(2)
			Expect(alice.Run("participant", "add", users[0].ID+"=Bob", users[1].ID).OK()).To(Equal("Added 2 participants.\n"))
			Expect(people()[1:]).To(HaveExactElements(
				And(HaveField("Identifier", users[0]), HaveField("DisplayName", "Bob")),
				And(HaveField("Identifier", users[1]), HaveField("DisplayName", "")),
			))
		})

		It("accepts the flags of az", func() {
			bob := server.NewUser()
			alice.Run("participant", "add", "--user", bob.ID, "--display-name", "Bob", "--start-time", "2026-05-04T09:30:00Z", "--metadata", "team=red").OK()
			Expect(people()[1]).To(And(
				HaveField("Identifier", bob), HaveField("DisplayName", "Bob"), HaveField("Metadata", map[string]string{"team": "red"}),
				HaveField("ShareHistoryTime", BeTemporally("==", time.Date(2026, time.May, 4, 9, 30, 0, 0, time.UTC))),
			))
		})

		It("adds valid participants, exits with 3, and reports who was rejected and why", func() {
			bob, gone, foreign := server.NewUser(), server.NewUser(), server.ForeignUser()
			server.DeleteUser(gone)
			r := alice.Run("participant", "add", gone.ID+"=Carol", bob.ID, foreign.ID).
				Ends(3, "2 of 3 participants could not be added", gone.ID+" (Carol): there is no such user", foreign.ID+": of another resource")
			Expect(r.Out).To(Equal("Added 1 participant.\n"))
			Expect(people()).To(ContainElement(HaveField("Identifier", bob)))
		})

		It("prints the service's response as JSON", func() {
			bob, foreign := server.NewUser(), server.ForeignUser()
			Expect(alice.Run("participant", "add", bob.ID, "-o", "json").OK()).To(MatchJSON(`{}`))
			r := alice.Run("participant", "add", foreign.ID, "-o", "jsonl").Ends(3)
			Expect(r.Out).To(MatchJSON(`{"invalidParticipants":[{"code":"403","message":"Permissions check failed","target":"` + foreign.ID + `"}]}`))
		})

		It("reports no success if no participant could be added", func() {
			r := alice.Run("participant", "add", server.ForeignUser().ID).Ends(3, "1 of 1 participant could not be added")
			Expect(r.Out).To(BeEmpty())
		})

		DescribeTable("reads files in several formats",
			func(lines ...string) {
				users := server.NewUsers(2)
				for i, line := range lines {
					lines[i] = expandUsers(line, users)
				}
				alice.Run("participant", "add", "--from", alice.File("team.csv", lines...)).OK()
				Expect(people()[1:]).To(HaveExactElements(
					And(HaveField("Identifier", users[0]), HaveField("DisplayName", "Bob, the builder")),
					And(HaveField("Identifier", users[1]), HaveField("DisplayName", ""),
						HaveField("ShareHistoryTime", BeTemporally("==", time.Date(2026, time.May, 4, 9, 30, 0, 0, time.UTC)))),
				))
			},
			Entry("CSV without a header", `$0,"Bob, the builder"`, `$1,,2026-05-04T09:30:00Z`),
			Entry("CSV with a header in another order", `Display Name,ShareHistoryTime,RawId,Note`, `"Bob, the builder",,$0,x`, `,2026-05-04T09:30:00Z,$1,y`),
			Entry("with comments, empty lines and spaces", `# ours`, `$0 , "Bob, the builder"`, ``, ` $1, ,2026-05-04T09:30:00Z`),
			Entry("from a spreadsheet, with a byte order mark", "\ufeffid,name,since", `$0,"Bob, the builder",`, `$1,,2026-05-04T09:30:00Z`),
		)

		It("reads ids from stdin", func() {
			users := server.NewUsers(3)
			alice.Pipe(users[0].ID+"\n"+users[1].ID+"\n").Run("participant", "add", users[2].ID, "--from", "-").OK()
			Expect(people()).To(HaveLen(4))
		})

		DescribeTable("does not mistake a participant for the header",
			func(name string) {
				users := server.NewUsers(2)
				alice.Run("participant", "add", "--from", alice.File("team.csv", users[0].ID+","+name, users[1].ID+",Bob")).OK()
				Expect(people()).To(HaveLen(3))
			},
			Entry(nil, "User"), Entry(nil, "Participant"), Entry(nil, "Identifier"), Entry(nil, "ID"),
		)

		It("adds a participant listed twice only once, and reports it", func() {
			user := server.NewUser()
			r := alice.Run("participant", "add", user.ID+"=Bob", "--from", alice.File("team", user.ID)).Ends(0, user.ID+" is listed twice")
			Expect(r.Out).To(Equal("Added 1 participant.\n"))
			Expect(people()).To(ContainElement(HaveField("DisplayName", "Bob")))
			alice.Run("thread", "create", "--participant", user.ID, "--participant", user.ID).Ends(0, user.ID+" is listed twice")
		})

		It("warns before it adds more participants than a thread can hold", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Status: http.StatusForbidden})
			alice.Run("participant", "add", "--from", alice.File("crowd", ids(server.NewUsers(251))...)).Ends(1, "warning: a thread holds 250 participants, and there are 251")
		})

		DescribeTable("reads files from spreadsheets",
			func(lines ...string) {
				users := server.NewUsers(2)
				for i := range lines {
					lines[i] = strings.NewReplacer("$0", users[0].ID, "$1", users[1].ID).Replace(lines[i]) + "\r"
				}
				alice.Run("participant", "add", "--from", alice.File("team.csv", lines...)).OK()
				Expect(people()).To(ContainElements(HaveField("DisplayName", "Bob, the builder"), HaveField("DisplayName", "")))
			},
			Entry("with semicolons", "id;name;since", `$0;Bob, the builder;`, `$1;;2026-05-04`),
			Entry("with semicolons, without a header", `$0;Bob, the builder`, `$1`),
			Entry("with tabs", "\ufeffid\tname", "$0\tBob, the builder", "$1\t"),
			Entry("with the separator in a sep= line", "sep=;", "id;name", "$0;Bob, the builder", "$1;"),
		)

		It("rejects UTF-16, and reports up to ten bad lines", func() {
			file := filepath.Join(alice.Dir, "team.csv")
			Expect(os.WriteFile(file, []byte("\xff\xfe8\x00:\x00"), 0o600)).To(Succeed())
			alice.Run("participant", "add", "--from", file).Ends(2, "team.csv is UTF-16: save it as UTF-8")
			alice.Run("participant", "add", "--from", alice.File("team.csv", "bob", "carol")).
				Ends(2, "team.csv: 2 lines are invalid\n", `line 1: "bob" is not a raw id`, `line 2: "carol" is not a raw id`)
			Expect(server.Requests(chattest.AddChatParticipants)).To(BeEmpty())
		})

		It("rejects a NUL character, with its line", func() {
			file := alice.File("people.csv", "8:acs:a", "8:acs:\x00b")
			alice.Run("participant", "add", "-t", thread, "--from", file).Ends(2, "line 2: it contains a NUL character")
		})

		It("adds no participant if a line is invalid, and reports which one", func() {
			file := alice.File("team.csv", server.NewUser().ID, "bob")
			alice.Run("participant", "add", "--from", file).Ends(2, "team.csv, line 2", `"bob" is not a raw id`)
			alice.Run("participant", "add", "--from", alice.File("when.csv", server.NewUser().ID+",Bob,soon")).Ends(2, "when.csv, line 1", "must be a time")
			alice.Run("participant", "add", "--from", alice.File("open.csv", `"`+server.NewUser().ID)).Ends(2, "open.csv")
			Expect(server.Requests(chattest.AddChatParticipants)).To(BeEmpty())
		})

		It("splits participants into several requests", func() {
			file := alice.File("crowd", ids(server.NewUsers(230))...)
			Expect(alice.Run("participant", "add", "--from", file).OK()).To(Equal("Added 230 participants.\n"))
			Expect(people()).To(HaveLen(231))
			Expect(server.Requests(chattest.AddChatParticipants)).To(HaveLen(2))
		})

		It("reports how many were added if a later request fails, and resumes from there", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Nth: 2, Status: http.StatusForbidden})
			file := alice.File("crowd", ids(server.NewUsers(230))...)
			r := alice.Run("participant", "add", "--from", file).Ends(3, "added 200 of 230 participants", "403 Forbidden", "--skip 200")
			Expect(r.Out).To(Equal("Added 200 participants.\n"))
			Expect(alice.Run("participant", "add", "--from", file, "--skip", "200").OK()).To(Equal("Added 30 participants.\n"))
			Expect(people()).To(HaveLen(231))
		})

		It("lets the current request finish if it is interrupted", func() {
			begun := make(chan *clitest.Command, 1)
			server, alice, thread = shellOn(interruptedAt(chattest.AddChatParticipants, 1, begun), "Team")
			alice.Grace = time.Minute
			session := alice.Start("participant", "add", "--from", alice.File("crowd", ids(server.NewUsers(230))...))
			begun <- session
			alice.Wait(session).Ends(3, "added 200 of 230 participants: interrupted", "--skip 200")
			Expect(people()).To(HaveLen(201))
		})

		It("waits if the service reports too many requests", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Times: 2, Status: http.StatusTooManyRequests, RetryAfter: 20 * time.Millisecond})
			alice.Run("participant", "add", server.NewUser().ID).OK()
			Expect(people()).To(HaveLen(2))
		})

		It("fails if the user is not a participant of the thread", func() {
			shellOf(server).Run("participant", "add", "-t", thread, server.NewUser().ID).Ends(1, "403 Forbidden")
		})

		It("requires a participant", func() {
			alice.Run("participant", "add").Ends(2, "whom?")
			alice.Run("participant", "add", "--from", alice.File("empty")).Ends(2, "whom?")
			alice.Run("participant", "add", "8:acs:a", "8:acs:b", "--display-name", "Both").Ends(2, "--display-name names one participant")
			alice.Run("participant", "add", "8:acs:a", "--skip", "2").Ends(2, "--skip 2 is more than")
		})
	})

	Describe("list", func() {
		It("shows participants with their names and when their history starts", func() {
			bob := server.NewUser()
			alice.Run("participant", "add", bob.ID+"=Bob", "--start-time", "2026-05-04T09:30:00Z").OK()
			Expect(alice.Run("participant", "list").Lines()).To(HaveExactElements(
				MatchRegexp(`^PARTICIPANT +SINCE +NAME$`), Equal(alice.User.ID), MatchRegexp(`^`+bob.ID+` +2026-05-04 09:30:00 +Bob$`),
			))
		})

		It("prints the service's objects as JSON", func() {
			var people []map[string]any
			alice.Run("participant", "list", "-o", "json").Into(&people)
			Expect(people).To(HaveExactElements(And(
				HaveKeyWithValue("communicationIdentifier", HaveKeyWithValue("rawId", alice.User.ID)),
				HaveKeyWithValue("shareHistoryTime", "1970-01-01T00:00:00Z"),
			)))
		})

		It("honors page size, skip and limit", func() {
			alice.Run("participant", "add", "--from", alice.File("team", ids(server.NewUsers(6))...)).OK()
			Expect(alice.Run("participant", "list", "--page-size", "2", "-o", "jsonl").Lines()).To(HaveLen(7))
			Expect(alice.Run("participant", "list", "--skip", "5", "-o", "jsonl").Lines()).To(HaveLen(2))
			Expect(alice.Run("participant", "list", "--limit", "3", "-o", "jsonl").Lines()).To(HaveLen(3))
		})
	})

	Describe("remove", func() {
		It("removes a participant if confirmed", func() {
			bob := alice.Member(server, thread, "Bob")
			Expect(alice.Run("participant", "remove", bob.User.ID, "--yes").OK()).To(Equal("Removed " + bob.User.ID + " from thread " + thread + ".\n"))
			Expect(people()).To(HaveLen(1))
		})

		It("accepts the flag of az", func() {
			bob := alice.Member(server, thread, "Bob")
			alice.Run("participant", "remove", "--user", bob.User.ID, "-y", "-o", "json").OK()
			Expect(people()).To(HaveLen(1))
		})

		It("requires a participant and a confirmation", func() {
			alice.Run("participant", "remove", "--yes").Ends(2, "which one?")
			alice.Run("participant", "remove", "bob", "--yes").Ends(2, "not a raw id")
			alice.Run("participant", "remove", alice.User.ID).Ends(2, "--yes")
			Expect(people()).To(HaveLen(1))
		})
	})
})

// expandUsers replaces $0 and $1 with ids.
func expandUsers(line string, users []chattest.User) string {
	return strings.NewReplacer("$0", users[0].ID, "$1", users[1].ID).Replace(line)
}
