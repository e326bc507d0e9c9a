package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// createThread makes a thread with a topic, and returns its id.
func (s *shell) createThread(topic string, args ...string) string {
	GinkgoHelper()
	var created struct{ ChatThread struct{ ID string } }
	s.run(append([]string{"thread", "create", "--topic", topic, "-o", "json"}, args...)...).into(&created)
	return created.ChatThread.ID
}

// member is a new user in a thread.
func (s *shell) member(server *chattest.Server, thread, name string) *shell {
	GinkgoHelper()
	other := shellOf(server)
	s.run("participant", "add", "-t", thread, other.user.ID+"="+name).ok()
	return other
}

var _ = Describe("thread", func() {
	var server *chattest.Server
	var alice *shell

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), nil)
		alice = shellOf(server)
	})

	Describe("create", func() {
		It("shows the new thread", func() {
			out := alice.run("thread", "create", "--topic", "Release 4.2").ok()
			Expect(out).To(MatchRegexp(`(?m)^Thread +19:\S+@thread\.v2$`))
			Expect(out).To(MatchRegexp(`(?m)^Topic +Release 4\.2$`))
			Expect(out).To(MatchRegexp(`(?m)^By +` + alice.user.ID + `$`))
		})

		It("gives programs what the service answers", func() {
			var created map[string]any
			alice.run("thread", "create", "--topic", "Order 42", "--metadata", "order=42", "--metadata", "shop=a=b",
				"--retention", "60", "--output", "json").into(&created)
			Expect(created).To(HaveLen(1))
			Expect(created["chatThread"]).To(And(
				HaveKeyWithValue("topic", "Order 42"),
				HaveKeyWithValue("metadata", map[string]any{"order": "42", "shop": "a=b"}),
				HaveKeyWithValue("retentionPolicy", map[string]any{"kind": "threadCreationDate", "deleteThreadAfterDays": 60.0}),
				HaveKeyWithValue("createdByCommunicationIdentifier", map[string]any{
					"rawId": alice.user.ID, "communicationUser": map[string]any{"id": alice.user.ID},
				}),
			))
		})

		It("has people in it from the start, of the command line and of a file", func() {
			users := server.NewUsers(3)
			file := alice.file("team.csv", "# the team", users[1].ID+",Bob", users[2].ID)
			thread := alice.createThread("Team", "--participant", users[0].ID+"=Carol", "--from", file)
			people, err := server.Client(alice.user).ThreadClient(thread).ListParticipants(nil).Collect(GinkgoTB().Context(), 0)
			Expect(err).NotTo(HaveOccurred())
			var names []string
			for _, p := range people {
				names = append(names, p.DisplayName)
			}
			Expect(names).To(ConsistOf("", "Carol", "Bob", ""))
		})

		It("ends with 3 when somebody could not be added, and says who and why", func() {
			gone := server.NewUser()
			server.DeleteUser(gone)
			r := alice.run("thread", "create", "--topic", "Team", "--participant", gone.ID+"=Dave", "-o", "json")
			r.ends(3, "1 of 1 participant could not be added", gone.ID+" (Dave): there is no such user")
			var created struct {
				InvalidParticipants []struct{ Code, Target string }
			}
			Expect(json.Unmarshal([]byte(r.out), &created)).To(Succeed())
			Expect(created.InvalidParticipants).To(HaveExactElements(HaveField("Code", "404")))
			Expect(created.InvalidParticipants[0].Target).To(Equal(gone.ID))
		})

		It("shows the thread also when a later batch of people failed, and how to go on", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Status: http.StatusForbidden, Times: -1})
			var ids []string
			for _, u := range server.NewUsers(201) {
				ids = append(ids, u.ID)
			}
			r := alice.run("thread", "create", "--topic", "Crowd", "--from", alice.file("crowd", ids...))
			r.ends(3, "not everybody is in it", "acschat participant add --thread 19:")
			Expect(r.out).To(ContainSubstring("@thread.v2"))
		})

		It("says what is wrong when somebody is of another resource", func() {
			alice.run("thread", "create", "--participant", server.ForeignUser().ID).ends(1, "403 Forbidden", "another resource among the participants")
		})

		It("is the same thread for the same idempotency token", func() {
			first := alice.createThread("Once", "--idempotency-token", "once-1")
			Expect(alice.createThread("Once", "--idempotency-token", "once-1")).To(Equal(first))
			Expect(alice.createThread("Once", "--idempotency-token", "once-2")).NotTo(Equal(first))
		})

		DescribeTable("refuses what can't be, before any request",
			func(complaint string, args ...string) {
				Expect(alice.run(append([]string{"thread", "create"}, args...)...).ends(2, complaint).out).To(BeEmpty())
				Expect(server.Requests()).To(BeEmpty())
			},
			Entry("metadata without a value", "must be KEY=VALUE", "--metadata", "order"),
			Entry("a retention that is no number", "must be a number of days", "--retention", "soon"),
			Entry("a participant that is no id", `"bob" is not a raw id`, "--participant", "bob"),
			Entry("a file that is not there", "no such file", "--from", "nowhere.csv"),
			Entry("an argument", `unknown command "x"`, "x"),
			Entry("an unknown flag", "unknown flag: --topik", "--topik", "x"),
		)
	})

	Describe("list", func() {
		It("shows the latest first, deleted ones too", func() {
			first, second := alice.createThread("First"), alice.createThread("Second")
			alice.run("thread", "delete", first, "--yes").ok()
			lines := alice.run("thread", "list").lines()
			Expect(lines).To(HaveLen(3))
			Expect(lines[0]).To(MatchRegexp(`^THREAD +LAST MESSAGE +DELETED +TOPIC$`))
			Expect(lines[1:]).To(ConsistOf(
				MatchRegexp(`^`+first+` +20\S+ \S+ +20\S+ \S+ +First$`),
				MatchRegexp(`^`+second+` +20\S+ \S+ +Second$`),
			))
		})

		It("gives programs an array or an object a line, with the names of the service", func() {
			thread := alice.createThread("Only")
			var array []map[string]any
			alice.run("thread", "list", "-o", "json").into(&array)
			Expect(array).To(HaveExactElements(And(HaveKeyWithValue("id", thread), HaveKeyWithValue("topic", "Only"), HaveKey("lastMessageReceivedOn"))))
			Expect(array[0]).NotTo(HaveKey("deletedOn"))
			lines := alice.run("thread", "list", "-o", "jsonl").lines()
			Expect(lines).To(HaveExactElements(HavePrefix(`{"id":"` + thread + `","topic":"Only","lastMessageReceivedOn":"20`)))
		})

		It("is a head, an empty array, or nothing when there are none", func() {
			Expect(alice.run("thread", "list").lines()).To(HaveExactElements(HavePrefix("THREAD")))
			Expect(alice.run("thread", "list", "-o", "json").ok()).To(Equal("[]\n"))
			Expect(alice.run("thread", "list", "-o", "jsonl").ok()).To(BeEmpty())
		})

		It("goes through all pages, and no further than the limit", func() {
			for range 5 {
				alice.createThread("One of five")
			}
			Expect(alice.run("thread", "list", "--page-size", "2").lines()).To(HaveLen(6))
			before := len(server.Requests(chattest.ListChatThreads))
			Expect(alice.run("thread", "list", "--page-size", "2", "--limit", "3", "-o", "jsonl").lines()).To(HaveLen(3))
			Expect(server.Requests(chattest.ListChatThreads)).To(HaveLen(before + 2))
		})

		It("leaves out those without activity since a time", func() {
			alice.createThread("Old")
			server.Advance(48 * time.Hour)
			alice = alice.with("AZURE_COMMUNICATION_ACCESS_TOKEN", server.Token(alice.user, time.Hour))
			alice.createThread("New")
			since := server.Now().Add(-time.Hour).Format(time.RFC3339)
			Expect(alice.run("thread", "list", "--start-time", since).lines()).To(HaveExactElements(HavePrefix("THREAD"), HaveSuffix("New")))
		})
	})

	Describe("get", func() {
		It("shows a thread", func() {
			thread := alice.createThread("Plans", "--metadata", "b=2", "--metadata", "a=1", "--retention", "30")
			Expect(alice.run("thread", "get", thread).lines()).To(HaveExactElements(
				MatchRegexp(`^Thread +`+thread+`$`), MatchRegexp(`^Topic +Plans$`), MatchRegexp(`^Created +20`), MatchRegexp(`^By +8:acs:`),
				MatchRegexp(`^Retention +deleted 30 days after its creation$`), MatchRegexp(`^Metadata +a=1$`), MatchRegexp(`^ +b=2$`),
			))
		})

		It("takes the thread as the argument, as --thread, or from the environment", func() {
			thread := alice.createThread("Plans")
			byArgument := alice.run("thread", "get", thread, "-o", "json").ok()
			Expect(alice.run("thread", "get", "--thread", thread, "-o", "json").ok()).To(Equal(byArgument))
			Expect(alice.run("thread", "get", "-t", thread, "-o", "json").ok()).To(Equal(byArgument))
			Expect(alice.with("ACSCHAT_THREAD", thread).run("thread", "get", "-o", "json").ok()).To(Equal(byArgument))
		})

		It("wants one, and only one", func() {
			alice.run("thread", "get").ends(2, "which thread?")
			alice.run("thread", "get", "19:a", "-t", "19:b").ends(2, "both name one")
		})

		It("says what may be wrong when the service takes something for wrong", func() {
			alice.run("thread", "get", "19:short").ends(1, "400 Bad Request",
				"An id may not be whole, or a value out of bounds: acschat thread get --help\nWhether it is the thread: acschat doctor --thread 19:short\n")
			Expect(alice.run("thread", "create", "--retention", "5").ends(1, "400 Bad Request", "acschat thread create --help").err).NotTo(ContainSubstring("doctor"))
		})

		It("says where to look when it meets something else than the service", func() {
			const elsewhere = "\nThe service is not there: check --endpoint"
			thread := alice.createThread("Plans")
			below := alice.with(endpointVariable, server.Endpoint()+"/chat-gateway")
			for _, command := range [][]string{{"thread", "get", thread}, {"message", "send", "-t", thread, "x"}, {"thread", "list"}} {
				below.run(command...).ends(1, "404 Not Found", elsewhere)
			}
			for operation, command := range map[chattest.Operation][]string{
				chattest.GetChatThreadProperties: {"thread", "get", thread}, chattest.ListChatThreads: {"thread", "list"},
			} {
				server.Fail(operation, chattest.Fault{Status: http.StatusMethodNotAllowed})
				alice.run(command...).ends(1, "405 Method Not Allowed", elsewhere)
			}
		})

		It("believes a service behind a path that there is no such thread", func() {
			gateway := httptest.NewServer(http.StripPrefix("/chat-gateway", server))
			DeferCleanup(gateway.Close)
			behind := alice.with(endpointVariable, gateway.URL+"/chat-gateway")
			thread := behind.createThread("Gone")
			behind.run("thread", "delete", thread, "--yes").ok()
			behind.run("thread", "get", thread).ends(1, "404 Not Found", "Ids are copied whole")
		})

		It("says what may be wrong when it is refused", func() {
			thread := alice.createThread("Private")
			shellOf(server).run("thread", "get", thread).ends(1, "403 Forbidden", "acschat token show", "\nWhy you are refused: acschat doctor --thread "+thread+"\n")
			shellOf(server).with("ACSCHAT_THREAD", thread).run("message", "list").ends(1, "\nWhy you are refused: acschat doctor\n")
		})
	})

	Describe("update", func() {
		var thread string

		BeforeEach(func() { thread = alice.createThread("Before", "--metadata", "a=1", "--metadata", "b=2") })

		properties := func() chat.ThreadProperties {
			p, err := server.Client(alice.user).ThreadClient(thread).GetProperties(GinkgoTB().Context())
			Expect(err).NotTo(HaveOccurred())
			return p
		}

		It("changes what is named and leaves the rest", func() {
			Expect(alice.run("thread", "update", thread, "--topic", "After").ok()).To(Equal("Updated thread " + thread + ".\n"))
			Expect(properties()).To(And(HaveField("Topic", "After"), HaveField("Metadata", map[string]string{"a": "1", "b": "2"})))
			alice.run("thread", "update", thread, "--metadata", "a=", "--metadata", "c=3", "--retention", "30").ok()
			Expect(properties()).To(And(HaveField("Topic", "After"), HaveField("Metadata", map[string]string{"b": "2", "c": "3"}),
				HaveField("Retention.DeleteThreadAfterDays", 30)))
			alice.run("thread", "update", thread, "--retention", "none").ok()
			Expect(properties().Retention.Kind).To(Equal(chat.RetentionKindNone))
		})

		It("empties the topic with an empty one", func() {
			alice.run("thread", "update", thread, "--topic", "").ok()
			Expect(properties().Topic).To(BeEmpty())
		})

		It("is az's update-topic too", func() {
			alice.run("thread", "update-topic", "--thread", thread, "--topic", "As in az").ok()
			Expect(properties().Topic).To(Equal("As in az"))
		})

		It("prints nothing for programs", func() {
			Expect(alice.run("thread", "update", thread, "--topic", "x", "-o", "json").ok()).To(BeEmpty())
		})

		It("wants something to change", func() {
			alice.run("thread", "update", thread).ends(2, "nothing to change")
		})
	})

	Describe("delete", func() {
		It("deletes when confirmed", func() {
			thread := alice.createThread("Gone")
			Expect(alice.run("thread", "delete", thread, "--yes").ok()).To(Equal("Deleted thread " + thread + ".\n"))
			alice.run("thread", "get", thread).ends(1, "404 Not Found",
				"Ids are copied whole", "\nWhat has become of the thread: acschat doctor --thread "+thread+"\n")
		})

		It("does nothing where nobody can be asked", func() {
			alice.run("thread", "delete", alice.createThread("Stays")).ends(2, "--yes")
			Expect(server.Requests(chattest.DeleteChatThread)).To(BeEmpty())
		})

		It("does not take the thread from the environment", func() {
			alice.with("ACSCHAT_THREAD", alice.createThread("Stays")).run("thread", "delete", "--yes").ends(2, "which one?")
			Expect(server.Requests(chattest.DeleteChatThread)).To(BeEmpty())
		})
	})

	It("offers threads with their topics in the shell", func() {
		thread := alice.createThread("Release\x1b]0;pwned\x07")
		r := alice.run("__complete", "message", "list", "--thread", "")
		Expect(strings.Split(r.out, "\n")).To(ContainElement(thread + "\tRelease^[]0;pwned^G"))
	})
})
