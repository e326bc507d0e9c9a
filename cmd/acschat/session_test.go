package main_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

const (
	endpointVariable = "AZURE_COMMUNICATION_ENDPOINT"
	tokenVariable    = "AZURE_COMMUNICATION_ACCESS_TOKEN"
	keyVariable      = "AZURE_COMMUNICATION_CONNECTION_STRING"
)

var _ = Describe("Credentials", func() {
	var server *chattest.Server
	var alice *clitest.Shell

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		alice = shellOf(server)
	})

	Context("without any", func() {
		It("says what to set, and points to the emulator", func() {
			emptyShell().Run("thread", "list").Ends(2, endpointVariable, tokenVariable, keyVariable, "--as", "acschat emulator needs no setup")
			emptyShell().Run("user", "create").Ends(2, keyVariable, "acschat emulator needs no setup")
			emptyShell().Run("token", "show").Ends(2, "which token?", tokenVariable)
		})
	})

	Context("with only a user", func() {
		DescribeTable("says everything that is missing",
			func(command ...string) {
				sh := emptyShell()
				sh.With("ACSCHAT_USER", "8:acs:x").Run(command...).
					Ends(2, keyVariable+"\nor\n  "+endpointVariable+" and "+tokenVariable+", a token of the user\n")
				sh.With(endpointVariable, server.Endpoint()).Run(append(command, "--as", "8:acs:x")...).
					Ends(2, keyVariable+"\nor\n  "+tokenVariable+", a token of the user, and leave out --as\n")
			},
			Entry(nil, "doctor"), Entry(nil, "thread", "list"), Entry(nil, "listen"),
		)
	})

	Context("with a token", func() {
		It("acts as the user of the token in the environment", func() {
			Expect(alice.Run("thread", "create").OK()).To(MatchRegexp(`(?m)^By +` + alice.User.ID + `$`))
		})

		It("prefers the endpoint and the token of flags to the environment", func() {
			nowhere := alice.With(endpointVariable, "https://127.0.0.1:1").With(tokenVariable, "a.b.c")
			nowhere.Run("thread", "list", "--endpoint", server.Endpoint()+"/", "--token", alice.Env[tokenVariable]).OK()
			nowhere.Run("thread", "list", "--endpoint", server.Endpoint(), "--access-token", alice.Env[tokenVariable]).OK()
		})

		It("reads the token from a file, or from stdin", func() {
			anonymous := alice.With(tokenVariable, "")
			anonymous.Run("thread", "list", "--token-file", alice.File("token", alice.Env[tokenVariable], "")).OK()
			anonymous.Pipe(alice.Env[tokenVariable]+"\n").Run("thread", "list", "--token-file", "-").OK()
		})

		It("takes the endpoint from a connection string if no other is given", func() {
			alice.With(endpointVariable, "").With(keyVariable, server.ConnectionString()).Run("thread", "list").OK()
		})

		DescribeTable("reports missing and conflicting credentials",
			func(complaint string, args ...string) {
				alice.Run(append([]string{"thread", "list"}, args...)...).Ends(2, complaint)
				Expect(server.Requests()).To(BeEmpty())
			},
			Entry("two tokens", "choose one", "--token", "x", "--token-file", "y"),
			Entry("a token and --as", "--as issues a token, and one is given", "--token", "x", "--as", "8:acs:y"),
			Entry("a missing file", "no such file", "--token-file", "nowhere"),
			Entry("an empty file", "there is no token in stdin", "--token-file", "-"),
			Entry("an invalid token", "is not a JSON Web Token", "--token", "x"),
			Entry("a user without a key", keyVariable, "--as", "8:acs:y"),
			Entry("the expiry of a token that is to be issued", "--token-expires is for a token that is given", "--as", "8:acs:y", "--token-expires", "1h"),
			Entry("an invalid endpoint", `must be a URL such as`, "--endpoint", "nowhere"),
			Entry("an endpoint without TLS", "must begin with https", "--endpoint", "http://example.com"),
		)

		It("reports a missing endpoint", func() {
			alice.With(endpointVariable, "").Run("thread", "list").Ends(2, "no resource", endpointVariable)
		})

		It("reports a token file that is a directory", func() {
			alice.With(tokenVariable, "").Run("thread", "list", "--token-file", alice.Dir).Ends(2, "is a directory")
		})

		It("acts as the user of an encrypted token, which it cannot read", func() {
			server := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{EncryptTokens: true}))
			alice := shellOf(server)
			thread := createThread(alice, "Mine", "--token-expires", "1h")
			Expect(alice.Run("thread", "get", thread).OK()).To(MatchRegexp(`(?m)^By +` + alice.User.ID + `$`))
			Expect(alice.Run("token", "show").OK()).To(HavePrefix("Token    encrypted"))
			listening := alice.Start("listen")
			Eventually(listening.Err).Should(gbytes.Say("acschat: listening"))
			Eventually(listening.Interrupt()).Should(gexec.Exit(0))
			issued := shellWithKey(server).Run("token", "issue", alice.User.ID, "--lifetime", "1h").Ends(0)
			Expect(issued.Err).To(MatchRegexp(`(?m)^Expires +20\S+ \S+, in (1h0m|59m)`))
		})

		It("reports an encrypted token that is refused", func() {
			sh := alice.With(tokenVariable, encrypted)
			sh.Hide(encrypted)
			const unreadable = "it is encrypted, so that only the service can read its claims"
			for _, args := range [][]string{nil, {"--token-expires", "24h"}} {
				sh.Run(append([]string{"thread", "list"}, args...)...).
					Ends(1, "401 Unauthorized", "Likely cause: the token has expired or was revoked", unreadable, "acschat token issue")
			}
			sh.Run("thread", "list", "--token-expires", "2026-05-04T09:30:00Z").
				Ends(1, "401 Unauthorized", "Likely cause: the token has expired\n", "on 2026-05-04T09:30:00Z", unreadable, "acschat token issue")
			Expect(server.Requests(chattest.ListChatThreads)).To(HaveEach(HaveField("Status", 401)))
		})

		It("reports an expired token, and how to inspect it", func() {
			expired := server.Token(alice.User, -time.Hour)
			alice.Hide(expired)
			alice.With(tokenVariable, expired).Run("thread", "list").Ends(1, "401 Unauthorized", "\nLikely cause: the token has expired\nEvidence: it expired 1h0m", "acschat token issue")
		})
	})

	Context("with a connection string", func() {
		var admin *clitest.Shell

		BeforeEach(func() {
			admin = shellWithKey(server)
		})

		It("issues a token for the given user", func() {
			user := server.NewUser()
			thread := createThread(admin.With("ACSCHAT_USER", user.ID), "Mine")
			Expect(admin.Run("thread", "get", thread, "--as", user.ID).OK()).To(ContainSubstring(user.ID))
			admin.Run("thread", "list", "--as", user.ID, "--connection-string", server.ConnectionString()).OK()
		})

		It("works at the endpoint of --endpoint instead of its own, also to create users and issue tokens", func() {
			elsewhere := strings.Replace(server.ConnectionString(), server.Endpoint(), "https://127.0.0.1:1", 1)
			sh := admin.With(keyVariable, elsewhere)
			sh.Run("user", "create", "--endpoint", server.Endpoint()).OK()
			sh.Run("thread", "list", "--as", server.NewUser().ID, "--endpoint", server.Endpoint()+"/").OK()
			Expect(server.Requests()).To(HaveExactElements(
				HaveField("Path", "/identities"), HaveField("Path", HaveSuffix("/:issueAccessToken")), HaveField("Path", "/chat/threads"),
			))
			admin.Run("user", "create", "--endpoint", "nowhere").Ends(2, `endpoint must be a URL such as`)
		})

		It("requires a user", func() {
			admin.Run("thread", "list").Ends(2, "which user?", "--as", "acschat user create")
		})

		It("reports an unknown user", func() {
			gone := server.NewUser()
			server.DeleteUser(gone)
			admin.Run("thread", "list", "--as", gone.ID).Ends(1, "\nLikely cause: the resource does not have "+gone.ID+"\n", "acschat user create")
			admin.Run("thread", "list", "--as", "bob").Ends(1)
		})

		It("suggests a doctor command that reproduces the failure", func() {
			gone := server.NewUser()
			thread := createThread(admin.With("ACSCHAT_USER", server.NewUser().ID), "Mine")
			advice := "acschat doctor --as " + gone.ID + " --thread " + thread
			admin.Run("thread", "get", thread, "--as", gone.ID, "--connection-string", server.ConnectionString()).
				Ends(1, "403 Forbidden", "\nIt may have other causes. To find out: "+advice+"\n")
			admin.Run(strings.Fields(advice)[1:]...).Ends(1, "one check is not ok")
		})

		It("reports a wrong access key", func() {
			wrong := strings.Replace(server.ConnectionString(), "accesskey=", "accesskey=AAAA", 1)
			admin.With(keyVariable, wrong).Run("user", "create").Ends(1, "401 Unauthorized", "Denied", "\nLikely cause: the access key is not one of the resource\n", keyVariable)
		})

		It("reports a wrong clock, and does not blame the key", func() {
			wrong := strings.Replace(server.ConnectionString(), "accesskey=", "accesskey=AAAA", 1)
			server.Advance(30 * time.Minute)
			admin.With(keyVariable, wrong).Run("user", "create").Ends(1, " behind the service's", "\nLikely cause: this machine's clock is ", "synchronize the clock")
		})

		It("reports an invalid connection string without showing it", func() {
			endpoint, _, _ := strings.Cut(server.ConnectionString(), ";")
			admin.With(keyVariable, endpoint).Run("user", "create").Ends(2, "has no accesskey")
			admin.With(keyVariable, endpoint+";accesskey=c2VjcmV0!").Run("user", "create").Ends(2, "must be base64")
			Expect(admin.Run("thread", "list", "--as", "8:acs:x", "--endpoint", server.ConnectionString()).Ends(2).Err).To(ContainSubstring("is a connection string"))
		})
	})

	Context("when connecting to the service", func() {
		It("trusts the authority of --ca-file, and reports an untrusted certificate", func() {
			file := alice.Env["ACSCHAT_CA_FILE"]
			stranger := alice.With("ACSCHAT_CA_FILE", "")
			stranger.Run("thread", "list").Ends(1, "certificate", "--ca-file")
			stranger.Run("thread", "list", "--ca-file", file).OK()
			owner := shellWithKey(server).With("ACSCHAT_CA_FILE", "").With("ACSCHAT_USER", alice.User.ID)
			Expect(owner.Run("thread", "list").Ends(1, "the certificate is not signed by a trusted authority", "--ca-file").Err).NotTo(ContainSubstring("portal"))
			stranger.Run("thread", "list", "--ca-file", "nowhere").Ends(2, "--ca-file", "no such file")
			stranger.Run("thread", "list", "--ca-file", alice.File("empty")).Ends(2, "no certificate", "PEM")
		})

		It("reports a refused connection", func() {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			Expect(err).NotTo(HaveOccurred())
			Expect(listener.Close()).To(Succeed())
			plain := alice.With(endpointVariable, "https://"+listener.Addr().String())
			plain.Run("message", "send", "-t", "19:x", "hello").Ends(1, "connection refused", "\nLikely cause: no server listens at the endpoint\n", "acschat emulator")
		})

		It("reports an http endpoint of a server with TLS", func() {
			plain := strings.Replace(server.Endpoint(), "https", "http", 1)
			alice.With(endpointVariable, plain).Run("thread", "list").Ends(1, "\nLikely cause: the server speaks TLS, and the endpoint is http\n", "https instead of http")
			sh := shellWithKey(server).With(keyVariable, strings.Replace(server.ConnectionString(), "https", "http", 1))
			sh.Run("user", "create").Ends(1, "\nLikely cause: the server speaks TLS, and the endpoint is http\n")
			sh.With("ACSCHAT_USER", alice.User.ID).Run("thread", "list").Ends(1, "\nLikely cause: the server speaks TLS, and the endpoint is http\n")
		})

		It("reports a proxy that cannot be reached", func() {
			far := alice.With(endpointVariable, "https://contoso.communication.azure.com").With("HTTPS_PROXY", "http://"+clitest.FreeAddress())
			Expect(far.RunBinary(binary, "thread", "list").Ends(1, "connection refused", "HTTPS_PROXY").Err).NotTo(ContainSubstring("emulator"))
		})

		It("reports an endpoint that is not the service", func() {
			past := alice.With(endpointVariable, server.Endpoint()+"/past")
			Expect(past.Run("thread", "list").Ends(1, "404 Not Found", "check --endpoint").Err).NotTo(ContainSubstring("Ids"))
		})

		It("sends a token without TLS only to the local machine", func() {
			listener := httptest.NewServer(http.Handler(server))
			DeferCleanup(listener.Close)
			alice.With(endpointVariable, listener.URL).Run("thread", "list").OK()
			alice.With(endpointVariable, strings.Replace(listener.URL, "127.0.0.1", "localhost", 1)).Run("thread", "list").OK()
		})

		It("logs each request to stderr with --verbose", func() {
			r := alice.Run("thread", "list", "--verbose")
			Expect(r.Code).To(Equal(0))
			Expect(r.Err).To(And(ContainSubstring("path=/chat/threads"), ContainSubstring("status=200")))
		})
	})

	It("shows no secret given in the wrong place", func() {
		token, key := alice.Env[tokenVariable], server.ConnectionString()
		_, secret, _ := strings.Cut(key, "accesskey=")
		alice.Secrets = append(alice.Secrets, secret)
		for _, args := range [][]string{
			{token}, {"thread", token}, {"thread", "create", token}, {"thread", "list", "--limit", token}, {"thread", "list", "--output", token},
			{"thread", "list", "--" + token}, {"thread", "get", token}, {"participant", "add", "-t", "19:x", token}, {"message", "get", "-t", "19:x", token},
			{key}, {"thread", key}, {"thread", "get", key}, {"thread", "list", "--token", key}, {"thread", "list", "--token-file", key}, {"thread", "list", "--ca-file", key},
		} {
			Expect(alice.Run(args...).Code).To(BeNumerically(">", 0))
		}
	})
})
