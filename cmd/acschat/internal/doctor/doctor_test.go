package doctor_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

// diagnosis is the JSON output of doctor.
type diagnosis struct {
	Healthy bool
	Checks  []struct{ Name, State, Evidence string }
	Causes  []struct{ Kind, What, Evidence, Fix string }
}

// states returns the state of each check by name.
func (d diagnosis) states() map[string]string {
	states := map[string]string{}
	for _, c := range d.Checks {
		states[c.Name] = c.State
	}
	return states
}

// kinds returns the kinds of the causes.
func (d diagnosis) kinds() []string {
	var kinds []string
	for _, c := range d.Causes {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// sick runs doctor and expects it to find a problem.
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
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = clitest.Of(tool(), server)
		thread = alice.CreateThread(server, "Plans")
	})

	// withToken returns Alice's shell with another token.
	withToken := func(token string) *clitest.Shell {
		changed := alice.With(session.TokenVariable, token)
		changed.Secrets = nil
		changed.Hide(token)
		return changed
	}

	Context("without problems", func() {
		It("reports each check as passed", func() {
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

		It("reports them as JSON", func() {
			var d diagnosis
			alice.Run("doctor", "-t", thread, "-o", "json").Into(&d)
			Expect(d.Healthy).To(BeTrue())
			Expect(d.Causes).To(BeEmpty())
			Expect(d.states()).To(And(HaveLen(8), HaveEach("ok")))
		})

		It("skips the thread if none is named", func() {
			var d diagnosis
			alice.Run("doctor", "-o", "jsonl").Into(&d)
			Expect(d.states()).NotTo(HaveKey("thread"))
		})

		It("checks the token that it issues with a connection string", func() {
			admin := clitest.WithKey(tool(), server)
			out := admin.Run("doctor", "--as", alice.User.ID, "-t", thread).OK()
			Expect(out).To(MatchRegexp(`(?m)^token +ok +of ` + alice.User.ID))
		})

		It("checks a local endpoint without TLS", func() {
			plain := httptest.NewServer(http.Handler(server))
			DeferCleanup(plain.Close)
			Expect(alice.With(session.EndpointVariable, plain.URL).Run("doctor").OK()).To(MatchRegexp(`(?m)^tls +ok +none: the endpoint is http`))
		})

		It("reports that a large thread has no typing notifications", func() {
			var people []chat.Participant
			for _, u := range server.NewUsers(20) {
				people = append(people, chat.Participant{Identifier: u})
			}
			_, err := server.Client(alice.User).ThreadClient(thread).AddParticipants(GinkgoTB().Context(), people)
			Expect(err).NotTo(HaveOccurred())
			Expect(alice.Run("doctor", "-t", thread).OK()).To(ContainSubstring("one of 21 participants: above 20, typing notifications"))
		})
	})

	Context("with an encrypted token", func() {
		const encrypted = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..bm9uY2U.Y2lwaGVydGV4dA.dGFn"

		It("says so, and when it expires if that is given", func() {
			r := withToken(encrypted).Run("doctor").Ends(1)
			Expect(r.Out).To(MatchRegexp(`(?m)^token +ok +encrypted, so that only the service can read its user and scopes; when it expires is not known: --token-expires says it$`))
			Expect(r.Out).To(ContainSubstring("1. the token has expired or was revoked, or its user was deleted\n   evidence: it is encrypted"))
			r = withToken(encrypted).Run("doctor", "--token-expires", "50m").Ends(1)
			Expect(r.Out).To(MatchRegexp(`(?m)^token +ok +encrypted, so that only the service can read its user and scopes; expires 20\S+ \S+, in (50m|49m5)\d*s$`))
		})

		It("finds nothing wrong if it is valid, and knows the expiry of one that it issues", func() {
			server := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{EncryptTokens: true}))
			bob := clitest.Of(tool(), server)
			thread := bob.CreateThread(server, "Plans")
			Expect(bob.Run("doctor", "-t", thread).OK()).To(And(HaveSuffix("Everything works.\n"), ContainSubstring("when it expires is not known")))
			Expect(clitest.WithKey(tool(), server).Run("doctor", "--as", bob.User.ID).OK()).
				To(MatchRegexp(`(?m)^token +ok +encrypted.* expires 20\S+ \S+, in (1h0m|59m)\d*s$`))
		})

		It("says that it has expired", func() {
			d := sick(withToken(encrypted), "--token-expires", "2026-05-04T09:30:00Z")
			Expect(d.states()).To(HaveKeyWithValue("token", "not ok"))
			Expect(d.kinds()).To(HaveExactElements("tokenExpired"))
		})
	})

	Context("with a problem", func() {
		It("reports the problem, its cause and the fix", func() {
			r := clitest.Of(tool(), server).Run("doctor", "-t", thread).Ends(1, "acschat: one check is not ok")
			Expect(r.Out).To(MatchRegexp(`(?s)\nthread +not ok +chat: list participants: 403 Forbidden.*\n\nCauses, the most likely first:\n\n` +
				`1\. the user is not a participant of the thread\n   evidence: 8:acs:\S+ has no such thread.*\n   fix: .*acschat participant add`))
		})

		It("skips the checks that depend on the failed one", func() {
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
			Entry("an invalid endpoint", "endpoint", []string{"argument"}, "a flag, a file or the environment", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, "contoso")
			}),
			Entry("an endpoint without TLS", "endpoint", []string{"argument"}, "flag", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, "http://contoso.communication.azure.com")
			}),
			Entry("an unknown host", "dns", []string{"host"}, "check --endpoint", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, "https://"+strings.Repeat("x", 64)+".communication.azure.com")
			}),
			Entry("an untrusted certificate", "tls", []string{"certificateAuthority"}, "--ca-file", func() *clitest.Shell {
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
			Entry("an http endpoint of a server with TLS", "service", []string{"tls"}, "https instead of http", func() *clitest.Shell {
				return alice.With(session.EndpointVariable, strings.Replace(server.Endpoint(), "https", "http", 1))
			}),
			Entry("a server that is not the service", "service", []string{"foreignAnswer"}, "check --endpoint", func() *clitest.Shell {
				server.Fail(chattest.ListChatThreads, chattest.Fault{Times: -1, Status: http.StatusNotFound, HTML: true})
				return alice
			}),
			Entry("a clock that is slow", "clock", []string{"clock"}, "synchronize the clock", func() *clitest.Shell {
				server.Advance(30 * time.Minute)
				return withToken(server.Token(alice.User, time.Hour))
			}),
			Entry("a clock that is fast", "clock", []string{"clock"}, "synchronize the clock", func() *clitest.Shell {
				server.Advance(-30 * time.Minute)
				return alice
			}),
			Entry("an invalid token", "token", []string{"argument"}, "a flag, a file", func() *clitest.Shell {
				return withToken("not-a-token")
			}),
			Entry("a token of another service", "token", []string{"tokenForeign"}, "acschat token issue", func() *clitest.Shell {
				return withToken("eyJhbGciOiJub25lIn0.eyJleHAiOjQwMDAwMDAwMDAsImlzcyI6ImEifQ.c2lnbmF0dXJl")
			}),
			Entry("an expired token", "token", []string{"tokenExpired"}, "acschat token issue", func() *clitest.Shell {
				return withToken(server.Token(alice.User, -time.Hour))
			}),
			Entry("a token without the scope", "service", []string{"tokenScope"}, "--scope chat", func() *clitest.Shell {
				return withToken(server.Token(alice.User, time.Hour, "voip"))
			}),
			Entry("a token of another resource", "service", []string{"tokenRevoked", "tokenResource"}, "acschat token issue", func() *clitest.Shell {
				other := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
				return withToken(other.Token(other.NewUser(), time.Hour))
			}),
			Entry("a revoked token", "service", []string{"tokenRevoked", "tokenResource"}, "", func() *clitest.Shell {
				server.Revoke(alice.User)
				return alice
			}),
			Entry("an unknown user", "token", []string{"userUnknown"}, session.ConnectionStringVariable, func() *clitest.Shell {
				return clitest.WithKey(tool(), server).With("ACSCHAT_USER", server.ForeignUser().ID)
			}),
			Entry("a wrong access key", "token", []string{"accessKey"}, session.ConnectionStringVariable, func() *clitest.Shell {
				wrong := strings.Replace(server.ConnectionString(), "accesskey=", "accesskey=AAAA", 1)
				return clitest.WithKey(tool(), server).With("ACSCHAT_USER", alice.User.ID).With(session.ConnectionStringVariable, wrong)
			}),
			Entry("a service that is down", "service", []string{"unavailable"}, "try again", func() *clitest.Shell {
				server.Fail(chattest.ListChatThreads, chattest.Fault{Times: -1})
				return alice
			}),
			Entry("a user who was removed from the thread", "thread", []string{"removed"}, "acschat participant add", func() *clitest.Shell {
				bob := alice.Member(server, thread, "Bob")
				Expect(server.Client(alice.User).ThreadClient(thread).RemoveParticipant(GinkgoTB().Context(), bob.User)).To(Succeed())
				return bob
			}),
			Entry("a deleted thread", "thread", []string{"threadDeleted"}, "acschat thread list", func() *clitest.Shell {
				Expect(server.Client(alice.User).DeleteThread(GinkgoTB().Context(), thread)).To(Succeed())
				return alice
			}),
		)

		It("shows each cause once, before its consequences", func() {
			server.Advance(3 * time.Hour) // the clock is wrong, and therefore the token has expired
			d := sick(alice)
			Expect(d.states()).To(And(HaveKeyWithValue("clock", "not ok"), HaveKeyWithValue("token", "not ok"), HaveKeyWithValue("service", "not ok")))
			Expect(d.kinds()).To(Equal([]string{"clock", "tokenExpired"}))
		})
	})

	It("changes nothing, and sends no token before it has checked the connection", func() {
		before := len(server.Requests())
		alice.Run("doctor", "-t", thread).OK()
		asked := server.Requests()[before:]
		Expect(asked).To(HaveEach(HaveField("Method", http.MethodGet)))
		Expect(asked[0].Status).To(Equal(http.StatusBadRequest)) // it has no api-version and no token
		Expect(asked).To(HaveLen(3))
	})

	It("requires credentials", func() {
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

	It("shows no control characters of untrusted text", func() {
		Expect(server.Client(alice.User).ThreadClient(thread).UpdateTopic(GinkgoTB().Context(), "\x1b[2J")).To(Succeed())
		server.Fail(chattest.ListChatThreads, chattest.Fault{Status: http.StatusForbidden, Message: "\x1b[2J\u202e no", Times: -1})
		out := alice.Run("doctor").Ends(1).Out
		Expect(out).NotTo(MatchRegexp("[\x1b\u202e]"))
	})
})
