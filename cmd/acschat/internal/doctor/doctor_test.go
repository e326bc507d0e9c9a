package doctor_test

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
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

// diagnosis is what doctor gives programs.
type diagnosis struct {
	Healthy bool
	Checks  []struct{ Name, State, Evidence string }
	Causes  []struct{ Kind, What, Evidence, Fix string }
}

// states are those of the checks, by name.
func (d diagnosis) states() map[string]string {
	states := map[string]string{}
	for _, c := range d.Checks {
		states[c.Name] = c.State
	}
	return states
}

// kinds are those of the causes.
func (d diagnosis) kinds() []string {
	var kinds []string
	for _, c := range d.Causes {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// sick runs the doctor, who finds that something is not right.
func sick(s *clitest.Shell, args ...string) diagnosis {
	GinkgoHelper()
	r := s.Run(append([]string{"doctor", "-o", "json"}, args...)...).Ends(1, "not ok")
	var d diagnosis
	Expect(json.Unmarshal([]byte(r.Out), &d)).To(Succeed())
	Expect(d.Healthy).To(BeFalse())
	Expect(d.Causes).NotTo(BeEmpty())
	return d
}

var _ = Describe("doctor", func() {
	var server *chattest.Server
	var alice *clitest.Shell
	var thread string

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), nil)
		alice = clitest.Of(tool(), server)
		thread = alice.CreateThread(server, "Plans")
	})

	// withToken is Alice with another token.
	withToken := func(token string) *clitest.Shell {
		changed := alice.With(session.TokenVariable, token)
		changed.Secrets = nil
		changed.Hide(token)
		return changed
	}

	Context("when all is well", func() {
		It("says so, of each thing", func() {
			lines := alice.Run("doctor", "--thread", thread).Lines()
			Expect(lines).To(HaveExactElements(
				MatchRegexp(`^endpoint +ok +https://127\.0\.0\.1:\d+`),
				MatchRegexp(`^dns +ok +127\.0\.0\.1 is an address`),
				MatchRegexp(`^tcp +ok +connected to 127\.0\.0\.1:\d+`),
				MatchRegexp(`^tls +ok +TLS 1\.3, a certificate by O=Acme Co for example\.com, .*127\.0\.0\.1.* until 20`),
				MatchRegexp(`^clock +ok +within 1s`),
				MatchRegexp(`^token +ok +of `+alice.User.ID+`, with scope chat, of resource \S+, expires 20.*, in `),
				MatchRegexp(`^service +ok +it listed your threads`),
				MatchRegexp(`^thread +ok +you are one of 1 participant$`),
				BeEmpty(),
				Equal("Everything works."),
			))
		})

		It("says so for programs", func() {
			var d diagnosis
			alice.Run("doctor", "-t", thread, "-o", "json").Into(&d)
			Expect(d.Healthy).To(BeTrue())
			Expect(d.Causes).To(BeEmpty())
			Expect(d.states()).To(And(HaveLen(8), HaveEach("ok")))
		})

		It("leaves out the thread when there is none", func() {
			var d diagnosis
			alice.Run("doctor", "-o", "jsonl").Into(&d)
			Expect(d.states()).NotTo(HaveKey("thread"))
		})

		It("looks at the token that a connection string makes", func() {
			admin := clitest.WithKey(tool(), server)
			out := admin.Run("doctor", "--as", alice.User.ID, "-t", thread).OK()
			Expect(out).To(MatchRegexp(`(?m)^token +ok +of ` + alice.User.ID))
		})

		It("looks at an endpoint without TLS too, on this machine", func() {
			plain := httptest.NewServer(http.Handler(server))
			DeferCleanup(plain.Close)
			Expect(alice.With(session.EndpointVariable, plain.URL).Run("doctor").OK()).To(MatchRegexp(`(?m)^tls +ok +none: the endpoint is http`))
		})

		It("tells what is not shown in a large thread", func() {
			var people []chat.Participant
			for _, u := range server.NewUsers(20) {
				people = append(people, chat.Participant{Identifier: u})
			}
			_, err := server.Client(alice.User).ThreadClient(thread).AddParticipants(GinkgoTB().Context(), people)
			Expect(err).NotTo(HaveOccurred())
			Expect(alice.Run("doctor", "-t", thread).OK()).To(ContainSubstring("one of 21 participants: above 20, typing notifications"))
		})
	})

	Context("when something is not", func() {
		It("says what, why, and what to do", func() {
			r := clitest.Of(tool(), server).Run("doctor", "-t", thread).Ends(1, "acschat: one check is not ok")
			Expect(r.Out).To(MatchRegexp(`(?s)\nthread +not ok +chat: list participants: 403 Forbidden.*\n\nCauses, the most likely first:\n\n` +
				`1\. the user is not a participant of the thread\n   evidence: 8:acs:\S+ has no such thread.*\n   fix: .*acschat participant add`))
		})

		It("ends where there is no way further", func() {
			d := sick(alice.With(session.EndpointVariable, "https://127.0.0.1:1"))
			Expect(d.states()).To(Equal(map[string]string{
				"endpoint": "ok", "dns": "ok", "tcp": "not ok", "tls": "not checked", "clock": "not checked", "token": "ok", "service": "not checked",
			}))
			Expect(d.kinds()).To(Equal([]string{"connection"}))
		})

		DescribeTable("names the cause",
			func(check string, kinds []string, fix string, arise func() *clitest.Shell) {
				d := sick(arise(), "-t", thread)
				Expect(d.states()).To(HaveKeyWithValue(check, "not ok"))
				Expect(d.kinds()).To(Equal(kinds))
				Expect(d.Causes[0].Fix).To(ContainSubstring(fix))
			},
			Entry("an endpoint that is none", "endpoint", []string{"argument"}, "a flag, a file or the environment", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, "contoso")
			}),
			Entry("a token in clear", "endpoint", []string{"argument"}, "flag", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, "http://contoso.communication.azure.com")
			}),
			Entry("a host that is none", "dns", []string{"host"}, "check --endpoint", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, "https://"+strings.Repeat("x", 64)+".communication.azure.com")
			}),
			Entry("a certificate nobody vouches for", "tls", []string{"certificateAuthority"}, "--ca-file", func() *clitest.Shell {
				return alice.With("ACSCHAT_CA_FILE", "")
			}),
			Entry("a certificate for another host", "tls", []string{"certificateName"}, "check --endpoint", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, strings.Replace(server.Endpoint(), "127.0.0.1", "localhost", 1))
			}),
			Entry("a server without TLS", "tls", []string{"tls"}, "check the port", func() *clitest.Shell {
				plain := httptest.NewServer(nil)
				DeferCleanup(plain.Close)
				return alice.With(session.EndpointVariable, strings.Replace(plain.URL, "http", "https", 1))
			}),
			Entry("a server that is none of the service's", "service", []string{"foreignAnswer"}, "check --endpoint", func() *clitest.Shell {
				server.Fail(chattest.ListChatThreads, chattest.Fault{Times: -1, Status: http.StatusNotFound, HTML: true})
				return alice
			}),
			Entry("a clock that is behind", "clock", []string{"clock"}, "synchronize the clock", func() *clitest.Shell {
				server.Advance(30 * time.Minute)
				return withToken(server.Token(alice.User, time.Hour))
			}),
			Entry("a clock that is ahead", "clock", []string{"clock"}, "synchronize the clock", func() *clitest.Shell {
				server.Advance(-30 * time.Minute)
				return alice
			}),
			Entry("a token that is none", "token", []string{"argument"}, "a flag, a file", func() *clitest.Shell {
				return withToken("not-a-token")
			}),
			Entry("a token of something else", "token", []string{"tokenForeign"}, "acschat token issue", func() *clitest.Shell {
				return withToken("eyJhbGciOiJub25lIn0.eyJleHAiOjQwMDAwMDAwMDAsImlzcyI6ImEifQ.c2lnbmF0dXJl")
			}),
			Entry("a token that has expired", "token", []string{"tokenExpired"}, "acschat token issue", func() *clitest.Shell {
				return withToken(server.Token(alice.User, -time.Hour))
			}),
			Entry("a token without the scope", "service", []string{"tokenScope"}, "--scope chat", func() *clitest.Shell {
				return withToken(server.Token(alice.User, time.Hour, "voip"))
			}),
			Entry("a token of another resource", "service", []string{"tokenRevoked", "tokenResource"}, "acschat token issue", func() *clitest.Shell {
				other := chattest.NewServer(GinkgoTB(), &chattest.Options{NoSocket: true})
				return withToken(other.Token(other.NewUser(), time.Hour))
			}),
			Entry("a token that was revoked", "service", []string{"tokenRevoked", "tokenResource"}, "", func() *clitest.Shell {
				server.Revoke(alice.User)
				return alice
			}),
			Entry("a user whom the resource does not know", "token", []string{"userUnknown"}, session.ConnectionStringVariable, func() *clitest.Shell {
				return clitest.WithKey(tool(), server).With("ACSCHAT_USER", server.ForeignUser().ID)
			}),
			Entry("a key that is not the resource's", "token", []string{"accessKey"}, session.ConnectionStringVariable, func() *clitest.Shell {
				wrong := strings.Replace(server.ConnectionString(), "accesskey=", "accesskey=AAAA", 1)
				return clitest.WithKey(tool(), server).With("ACSCHAT_USER", alice.User.ID).With(session.ConnectionStringVariable, wrong)
			}),
			Entry("a service that is down", "service", []string{"unavailable"}, "try again", func() *clitest.Shell {
				server.Fail(chattest.ListChatThreads, chattest.Fault{Times: -1})
				return alice
			}),
			Entry("somebody who has left the thread", "thread", []string{"removed"}, "acschat participant add", func() *clitest.Shell {
				bob := alice.Member(server, thread, "Bob")
				Expect(server.Client(alice.User).ThreadClient(thread).RemoveParticipant(GinkgoTB().Context(), bob.User)).To(Succeed())
				return bob
			}),
			Entry("a thread that was deleted", "thread", []string{"threadDeleted"}, "acschat thread list", func() *clitest.Shell {
				Expect(server.Client(alice.User).DeleteThread(GinkgoTB().Context(), thread)).To(Succeed())
				return alice
			}),
		)

		It("does not show the same cause twice, and every cause before what follows from it", func() {
			server.Advance(3 * time.Hour) // the clock is off, and so the token has ended
			d := sick(alice)
			Expect(d.states()).To(And(HaveKeyWithValue("clock", "not ok"), HaveKeyWithValue("token", "not ok"), HaveKeyWithValue("service", "not ok")))
			Expect(d.kinds()).To(Equal([]string{"clock", "tokenExpired"}))
		})
	})

	It("changes nothing, and sends the token nowhere before it knows the way", func() {
		before := len(server.Requests())
		alice.Run("doctor", "-t", thread).OK()
		asked := server.Requests()[before:]
		Expect(asked).To(HaveEach(HaveField("Method", http.MethodGet)))
		Expect(asked[0].Status).To(Equal(http.StatusBadRequest)) // of no version and nobody
		Expect(asked).To(HaveLen(3))
	})

	It("wants to know who asks", func() {
		clitest.Empty(tool()).Run("doctor").Ends(2, "no user is set")
		alice.Run("doctor", "--as", "8:acs:x").Ends(2, session.ConnectionStringVariable)
		alice.Run("doctor", "--ca-file", "nowhere").Ends(2, "no such file")
		alice.Run("doctor", thread).Ends(2, "unknown command")
	})

	It("can be interrupted", func() {
		held := server.Fail(chattest.ListChatThreads, chattest.Fault{Delay: time.Hour})
		session := alice.Start("doctor")
		Eventually(held.Fired).Should(Equal(1))
		session.Interrupt()
		Expect(alice.Wait(session).Ends(1, "interrupted").Out).NotTo(ContainSubstring("service"))
	})

	It("shows nothing that others wrote as it is", func() {
		Expect(server.Client(alice.User).ThreadClient(thread).UpdateTopic(GinkgoTB().Context(), "\x1b[2J")).To(Succeed())
		server.Fail(chattest.ListChatThreads, chattest.Fault{Status: http.StatusForbidden, Message: "\x1b[2J\u202e no", Times: -1})
		out := alice.Run("doctor").Ends(1).Out
		Expect(out).NotTo(MatchRegexp("[\x1b\u202e]"))
	})
})
