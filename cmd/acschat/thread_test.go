package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// createThread creates a thread with a topic, and returns its id.
func createThread(sh *clitest.Shell, topic string, args ...string) string {
	GinkgoHelper()
	var created struct{ ChatThread struct{ ID string } }
	sh.Run(append([]string{"thread", "create", "--topic", topic, "-o", "json"}, args...)...).Into(&created)
	return created.ChatThread.ID
}

var _ = Describe("thread", func() {
	var server *chattest.Server
	var alice *clitest.Shell

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
	})

	Describe("create", func() {
		It("shows the new thread", func() {
			out := alice.Run("thread", "create", "--topic", "Release 4.2").OK()
			Expect(out).To(MatchRegexp(`(?m)^Thread +19:\S+@thread\.v2$`))
			Expect(out).To(MatchRegexp(`(?m)^Topic +Release 4\.2$`))
			Expect(out).To(MatchRegexp(`(?m)^By +` + alice.User.ID + `$`))
		})

		It("prints the service's response as JSON", func() {
			var created map[string]any
			alice.Run("thread", "create", "--topic", "Order 42", "--metadata", "order=42", "--metadata", "shop=a=b",
				"--retention", "60", "--output", "json").Into(&created)
			Expect(created).To(HaveLen(1))
			Expect(created["chatThread"]).To(And(
				HaveKeyWithValue("topic", "Order 42"),
				HaveKeyWithValue("metadata", map[string]any{"order": "42", "shop": "a=b"}),
				HaveKeyWithValue("retentionPolicy", map[string]any{"kind": "threadCreationDate", "deleteThreadAfterDays": 60.0}),
				HaveKeyWithValue("createdByCommunicationIdentifier", map[string]any{
					"rawId": alice.User.ID, "communicationUser": map[string]any{"id": alice.User.ID},
				}),
			))
		})

		It("adds participants of the command line and of a file", func() {
			users := server.NewUsers(3)
			file := alice.File("team.csv", "# the team", users[1].ID+",Bob", users[2].ID)
			thread := createThread(alice, "Team", "--participant", users[0].ID+"=Carol", "--from", file)
			people, err := server.Client(alice.User).ThreadClient(thread).ListParticipants(nil).Collect(GinkgoTB().Context(), 0)
			Expect(err).NotTo(HaveOccurred())
			var names []string
			for _, p := range people {
				names = append(names, p.DisplayName)
			}
			Expect(names).To(ConsistOf("", "Carol", "Bob", ""))
		})

		It("exits with 3 if a participant is rejected, and reports who and why", func() {
			gone := server.NewUser()
			server.DeleteUser(gone)
			r := alice.Run("thread", "create", "--topic", "Team", "--participant", gone.ID+"=Dave", "-o", "json")
			r.Ends(3, "1 of 1 participant could not be added", gone.ID+" (Dave): there is no such user")
			var created struct {
				InvalidParticipants []struct{ Code, Target string }
			}
			Expect(json.Unmarshal([]byte(r.Out), &created)).To(Succeed())
			Expect(created.InvalidParticipants).To(HaveExactElements(HaveField("Code", "404")))
			Expect(created.InvalidParticipants[0].Target).To(Equal(gone.ID))
		})

		It("shows the thread even if a later batch of participants fails, and how to resume", func() {
			server.Fail(chattest.AddChatParticipants, chattest.Fault{Status: http.StatusForbidden, Times: -1})
			var ids []string
			for _, u := range server.NewUsers(201) {
				ids = append(ids, u.ID)
			}
			r := alice.Run("thread", "create", "--topic", "Crowd", "--from", alice.File("crowd", ids...))
			r.Ends(3, "without some participants", "acschat participant add --thread 19:")
			Expect(r.Out).To(ContainSubstring("@thread.v2"))
		})

		It("accepts participants as arguments", func() {
			user := server.NewUser()
			thread := createThread(alice, "Plans", user.ID+"=Bob")
			people, err := server.Client(alice.User).ThreadClient(thread).ListParticipants(nil).Collect(GinkgoTB().Context(), 0)
			Expect(err).NotTo(HaveOccurred())
			Expect(people).To(ContainElement(And(HaveField("Identifier", user), HaveField("DisplayName", "Bob"))))
			alice.Run("thread", "create", "Plans").Ends(2, `"Plans" is not a raw id`, "--topic")
		})

		It("explains a participant of another resource", func() {
			alice.Run("thread", "create", "--participant", server.ForeignUser().ID).Ends(1, "403 Forbidden", "if a participant is of another resource")
		})

		It("returns the same thread for the same idempotency token", func() {
			first := createThread(alice, "Once", "--idempotency-token", "once-1")
			Expect(createThread(alice, "Once", "--idempotency-token", "once-1")).To(Equal(first))
			Expect(createThread(alice, "Once", "--idempotency-token", "once-2")).NotTo(Equal(first))
		})

		DescribeTable("rejects invalid arguments before any request",
			func(complaint string, args ...string) {
				Expect(alice.Run(append([]string{"thread", "create"}, args...)...).Ends(2, complaint).Out).To(BeEmpty())
				Expect(server.Requests()).To(BeEmpty())
			},
			Entry("metadata without a value", "must be KEY=VALUE", "--metadata", "order"),
			Entry("a retention that is not a number", "must be a number of days", "--retention", "soon"),
			Entry("a participant that is not an id", `"bob" is not a raw id`, "--participant", "bob"),
			Entry("a missing file", "no such file", "--from", "nowhere.csv"),
			Entry("an argument that is not a user", `"x" is not a raw id`, "x"),
			Entry("an unknown flag", "unknown flag: --topik", "--topik", "x"),
		)
	})

	Describe("list", func() {
		It("shows the latest thread first, including deleted ones", func() {
			first, second := createThread(alice, "First"), createThread(alice, "Second")
			alice.Run("thread", "delete", first, "--yes").OK()
			lines := alice.Run("thread", "list").Lines()
			Expect(lines).To(HaveLen(3))
			Expect(lines[0]).To(MatchRegexp(`^THREAD +LAST MESSAGE +DELETED +TOPIC$`))
			Expect(lines[1:]).To(ConsistOf(
				MatchRegexp(`^`+first+` +20\S+ \S+ +20\S+ \S+ +First$`),
				MatchRegexp(`^`+second+` +20\S+ \S+ +Second$`),
			))
		})

		It("prints a JSON array or JSON Lines with the service's names", func() {
			thread := createThread(alice, "Only")
			var array []map[string]any
			alice.Run("thread", "list", "-o", "json").Into(&array)
			Expect(array).To(HaveExactElements(And(HaveKeyWithValue("id", thread), HaveKeyWithValue("topic", "Only"), HaveKey("lastMessageReceivedOn"))))
			Expect(array[0]).NotTo(HaveKey("deletedOn"))
			lines := alice.Run("thread", "list", "-o", "jsonl").Lines()
			Expect(lines).To(HaveExactElements(HavePrefix(`{"id":"` + thread + `","topic":"Only","lastMessageReceivedOn":"20`)))
		})

		It("prints a header, an empty array or nothing if there are no threads", func() {
			Expect(alice.Run("thread", "list").Lines()).To(HaveExactElements(HavePrefix("THREAD")))
			Expect(alice.Run("thread", "list", "-o", "json").OK()).To(Equal("[]\n"))
			Expect(alice.Run("thread", "list", "-o", "jsonl").OK()).To(BeEmpty())
		})

		It("reads all pages, up to the limit", func() {
			for range 5 {
				createThread(alice, "One of five")
			}
			Expect(alice.Run("thread", "list", "--page-size", "2").Lines()).To(HaveLen(6))
			before := len(server.Requests(chattest.ListChatThreads))
			Expect(alice.Run("thread", "list", "--page-size", "2", "--limit", "3", "-o", "jsonl").Lines()).To(HaveLen(3))
			Expect(server.Requests(chattest.ListChatThreads)).To(HaveLen(before + 2))
		})

		It("omits threads without activity since a time", func() {
			createThread(alice, "Old")
			server.Advance(48 * time.Hour)
			alice = alice.With("AZURE_COMMUNICATION_ACCESS_TOKEN", server.Token(alice.User, time.Hour))
			createThread(alice, "New")
			since := server.Now().Add(-time.Hour).Format(time.RFC3339)
			Expect(alice.Run("thread", "list", "--start-time", since).Lines()).To(HaveExactElements(HavePrefix("THREAD"), HaveSuffix("New")))
		})
	})

	Describe("get", func() {
		It("shows a thread", func() {
			thread := createThread(alice, "Plans", "--metadata", "b=2", "--metadata", "a=1", "--retention", "30")
			Expect(alice.Run("thread", "get", thread).Lines()).To(HaveExactElements(
				MatchRegexp(`^Thread +`+thread+`$`), MatchRegexp(`^Topic +Plans$`), MatchRegexp(`^Created +20`), MatchRegexp(`^By +8:acs:`),
				MatchRegexp(`^Retention +deleted 30 days after its creation$`), MatchRegexp(`^Metadata +a=1$`), MatchRegexp(`^ +b=2$`),
			))
		})

		It("accepts the thread as an argument, as --thread or from the environment", func() {
			thread := createThread(alice, "Plans")
			byArgument := alice.Run("thread", "get", thread, "-o", "json").OK()
			Expect(alice.Run("thread", "get", "--thread", thread, "-o", "json").OK()).To(Equal(byArgument))
			Expect(alice.Run("thread", "get", "-t", thread, "-o", "json").OK()).To(Equal(byArgument))
			Expect(alice.With("ACSCHAT_THREAD", thread).Run("thread", "get", "-o", "json").OK()).To(Equal(byArgument))
		})

		It("requires exactly one thread", func() {
			alice.Run("thread", "get").Ends(2, "which thread?")
			alice.Run("thread", "get", "19:a", "-t", "19:b").Ends(2, "name the same thing")
		})

		It("explains a 400 of the service", func() {
			alice.Run("thread", "get", "19:short").Ends(1, "400 Bad Request", "\nLikely cause: the id of a thread is malformed\nEvidence: ")
			Expect(alice.Run("thread", "create", "--retention", "5").Ends(1, "400 Bad Request", "\nLikely cause: the service does not offer this retention\n").Err).NotTo(ContainSubstring("doctor"))
		})

		It("explains an answer that is not the service's", func() {
			const elsewhere = "\nWhat to do: check --endpoint"
			thread := createThread(alice, "Plans")
			below := alice.With(endpointVariable, server.Endpoint()+"/chat-gateway")
			for _, command := range [][]string{{"thread", "get", thread}, {"message", "send", "-t", thread, "x"}, {"thread", "list"}} {
				below.Run(command...).Ends(1, "404 Not Found", elsewhere)
			}
			for operation, command := range map[chattest.Operation][]string{
				chattest.GetChatThreadProperties: {"thread", "get", thread}, chattest.ListChatThreads: {"thread", "list"},
			} {
				server.Fail(operation, chattest.Fault{Status: http.StatusMethodNotAllowed})
				alice.Run(command...).Ends(1, "405 Method Not Allowed", elsewhere)
			}
		})

		It("reports an unknown thread of a service behind a path", func() {
			gateway := httptest.NewServer(http.StripPrefix("/chat-gateway", server))
			DeferCleanup(gateway.Close)
			behind := alice.With(endpointVariable, gateway.URL+"/chat-gateway")
			thread := createThread(behind, "Gone")
			behind.Run("thread", "delete", thread, "--yes").OK()
			behind.Run("thread", "get", thread).Ends(1, "404 Not Found", "\nLikely cause: the thread does not exist\nWhat to do: list your threads: acschat thread list\n")
		})

		It("explains a 403", func() {
			thread := createThread(alice, "Private")
			shellOf(server).Run("thread", "get", thread).Ends(1, "403 Forbidden", "acschat token show", "\nIt may have other causes. To find out: acschat doctor --thread "+thread+"\n")
			shellOf(server).With("ACSCHAT_THREAD", thread).Run("message", "list").Ends(1, "\nIt may have other causes. To find out: acschat doctor\n")
		})
	})

	Describe("update", func() {
		var thread string

		BeforeEach(func() { thread = createThread(alice, "Before", "--metadata", "a=1", "--metadata", "b=2") })

		properties := func() chat.ThreadProperties {
			p, err := server.Client(alice.User).ThreadClient(thread).GetProperties(GinkgoTB().Context())
			Expect(err).NotTo(HaveOccurred())
			return p
		}

		It("changes only the given properties", func() {
			Expect(alice.Run("thread", "update", thread, "--topic", "After").OK()).To(Equal("Updated thread " + thread + ".\n"))
			Expect(properties()).To(And(HaveField("Topic", "After"), HaveField("Metadata", map[string]string{"a": "1", "b": "2"})))
			alice.Run("thread", "update", thread, "--metadata", "a=", "--metadata", "c=3", "--retention", "30").OK()
			Expect(properties()).To(And(HaveField("Topic", "After"), HaveField("Metadata", map[string]string{"b": "2", "c": "3"}),
				HaveField("Retention.DeleteThreadAfterDays", 30)))
			alice.Run("thread", "update", thread, "--retention", "none").OK()
			Expect(properties().Retention.Kind).To(Equal(chat.RetentionKindNone))
		})

		It("clears the topic if it is empty", func() {
			alice.Run("thread", "update", thread, "--topic", "").OK()
			Expect(properties().Topic).To(BeEmpty())
		})

		It("accepts update-topic, the name in az", func() {
			alice.Run("thread", "update-topic", "--thread", thread, "--topic", "As in az").OK()
			Expect(properties().Topic).To(Equal("As in az"))
		})

		It("prints nothing as JSON", func() {
			Expect(alice.Run("thread", "update", thread, "--topic", "x", "-o", "json").OK()).To(BeEmpty())
		})

		It("requires a change", func() {
			alice.Run("thread", "update", thread).Ends(2, "nothing to change")
		})
	})

	Describe("delete", func() {
		It("deletes a thread if confirmed", func() {
			thread := createThread(alice, "Gone")
			Expect(alice.Run("thread", "delete", thread, "--yes").OK()).To(Equal("Deleted thread " + thread + ".\n"))
			alice.Run("thread", "get", thread).Ends(1, "404 Not Found",
				"acschat thread list", "\nIt may have other causes. To find out: acschat doctor --thread "+thread+"\n")
		})

		It("does nothing if it cannot ask for confirmation", func() {
			alice.Run("thread", "delete", createThread(alice, "Stays")).Ends(2, "--yes")
			Expect(server.Requests(chattest.DeleteChatThread)).To(BeEmpty())
		})

		It("does not take the thread from the environment", func() {
			alice.With("ACSCHAT_THREAD", createThread(alice, "Stays")).Run("thread", "delete", "--yes").Ends(2, "which one?")
			Expect(server.Requests(chattest.DeleteChatThread)).To(BeEmpty())
		})
	})

	Describe("export", func() {
		It("writes messages as message list prints them", func() {
			thread := createThread(alice, "Before")
			alice.Run("thread", "update", thread, "--topic", "After").OK()
			alice.Run("message", "send", "-t", thread, "text").OK()
			alice.Run("thread", "export", thread, "--out", filepath.Join(alice.Dir, "out")).OK()
			Expect(os.ReadFile(filepath.Join(alice.Dir, "out", "messages.jsonl"))).
				To(BeEquivalentTo(alice.Run("message", "list", "-t", thread, "-o", "jsonl").OK()))
		})
	})
})
