package main_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

const (
	endpointVariable = "AZURE_COMMUNICATION_ENDPOINT"
	tokenVariable    = "AZURE_COMMUNICATION_ACCESS_TOKEN"
	keyVariable      = "AZURE_COMMUNICATION_CONNECTION_STRING"
)

var _ = Describe("Who you are", func() {
	var server *chattest.Server
	var alice *shell

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), nil)
		alice = shellOf(server)
	})

	Context("with nothing set", func() {
		It("says what to set, and that the emulator needs nothing", func() {
			emptyShell().run("thread", "list").ends(2, endpointVariable, tokenVariable, keyVariable, "--as", "acschat emulator needs nothing")
			emptyShell().run("user", "create").ends(2, keyVariable, "acschat emulator needs nothing")
			emptyShell().run("token", "show").ends(2, "which token?", tokenVariable)
		})
	})

	Context("with a token", func() {
		It("is the token's user, from the environment", func() {
			Expect(alice.run("thread", "create").ok()).To(MatchRegexp(`(?m)^By +` + alice.user.ID + `$`))
		})

		It("takes endpoint and token from flags, before the environment", func() {
			nowhere := alice.with(endpointVariable, "https://127.0.0.1:1").with(tokenVariable, "a.b.c")
			nowhere.run("thread", "list", "--endpoint", server.Endpoint()+"/", "--token", alice.env[tokenVariable]).ok()
			nowhere.run("thread", "list", "--endpoint", server.Endpoint(), "--access-token", alice.env[tokenVariable]).ok()
		})

		It("reads the token from a file, or from stdin", func() {
			anonymous := alice.with(tokenVariable, "")
			anonymous.run("thread", "list", "--token-file", alice.file("token", alice.env[tokenVariable], "")).ok()
			anonymous.pipe(alice.env[tokenVariable]+"\n").run("thread", "list", "--token-file", "-").ok()
		})

		It("takes the endpoint from a connection string when there is no other", func() {
			alice.with(endpointVariable, "").with(keyVariable, server.ConnectionString()).run("thread", "list").ok()
		})

		DescribeTable("says what is missing or doubled",
			func(complaint string, args ...string) {
				alice.run(append([]string{"thread", "list"}, args...)...).ends(2, complaint)
				Expect(server.Requests()).To(BeEmpty())
			},
			Entry("two tokens", "choose one", "--token", "x", "--token-file", "y"),
			Entry("a token and a user", "--as makes a token, and one is given", "--token", "x", "--as", "8:acs:y"),
			Entry("no such file", "no such file", "--token-file", "nowhere"),
			Entry("no token in it", "there is no token in stdin", "--token-file", "-"),
			Entry("not a token", "is not a JSON Web Token", "--token", "x"),
			Entry("a user without a key", keyVariable, "--as", "8:acs:y"),
			Entry("no URL", `must be a URL such as`, "--endpoint", "nowhere"),
			Entry("a token in clear", "must begin with https", "--endpoint", "http://example.com"),
		)

		It("says when the endpoint is missing", func() {
			alice.with(endpointVariable, "").run("thread", "list").ends(2, "of which resource", endpointVariable)
		})

		It("reads a token from a file alone", func() {
			alice.with(tokenVariable, "").run("thread", "list", "--token-file", alice.dir).ends(2, "is a directory")
		})

		It("says when the token has expired, and how to look at it", func() {
			expired := server.Token(alice.user, -time.Hour)
			alice.hide(expired)
			alice.with(tokenVariable, expired).run("thread", "list").ends(1, "401 Unauthorized", "acschat token show", "\nWhich of these it is: acschat doctor\n")
		})
	})

	Context("with a connection string", func() {
		var admin *shell

		BeforeEach(func() {
			admin = shellWithKey(server)
		})

		It("makes a token for the user it is told", func() {
			user := server.NewUser()
			thread := admin.with("ACSCHAT_USER", user.ID).createThread("Mine")
			Expect(admin.run("thread", "get", thread, "--as", user.ID).ok()).To(ContainSubstring(user.ID))
			admin.run("thread", "list", "--as", user.ID, "--connection-string", server.ConnectionString()).ok()
		})

		It("wants to know which user", func() {
			admin.run("thread", "list").ends(2, "which user?", "--as", "acschat user create")
		})

		It("says when there is no such user", func() {
			gone := server.NewUser()
			server.DeleteUser(gone)
			admin.run("thread", "list", "--as", gone.ID).ends(1, "no such user", "acschat user create")
			admin.run("thread", "list", "--as", "bob").ends(1)
		})

		It("names a doctor who gets the same when that user is refused", func() {
			gone := server.NewUser()
			thread := admin.with("ACSCHAT_USER", server.NewUser().ID).createThread("Mine")
			advice := "acschat doctor --as " + gone.ID + " --thread " + thread
			admin.run("thread", "get", thread, "--as", gone.ID, "--connection-string", server.ConnectionString()).
				ends(1, "403 Forbidden", "\nWhy you are refused: "+advice+"\n")
			admin.run(strings.Fields(advice)[1:]...).ends(1, "one check is not ok")
		})

		It("says when the key is not the resource's", func() {
			wrong := strings.Replace(server.ConnectionString(), "accesskey=", "accesskey=AAAA", 1)
			admin.with(keyVariable, wrong).run("user", "create").ends(1, "401 Unauthorized", "access key", "\nWhat else it may be, the clock of this machine too: acschat doctor --as USER\n")
		})

		It("says what is wrong with the string, and does not show it", func() {
			endpoint, _, _ := strings.Cut(server.ConnectionString(), ";")
			admin.with(keyVariable, endpoint).run("user", "create").ends(2, "has no accesskey")
			admin.with(keyVariable, endpoint+";accesskey=c2VjcmV0!").run("user", "create").ends(2, "must be base64")
			Expect(admin.run("thread", "list", "--as", "8:acs:x", "--endpoint", server.ConnectionString()).ends(2).err).To(ContainSubstring("is a connection string"))
		})
	})

	Context("on the way to the service", func() {
		It("trusts the authority of --ca-file, and says so when nobody vouches for the server", func() {
			file := alice.env["ACSCHAT_CA_FILE"]
			stranger := alice.with("ACSCHAT_CA_FILE", "")
			stranger.run("thread", "list").ends(1, "certificate", "--ca-file")
			stranger.run("thread", "list", "--ca-file", file).ok()
			stranger.run("thread", "list", "--ca-file", "nowhere").ends(2, "--ca-file", "no such file")
			stranger.run("thread", "list", "--ca-file", alice.file("empty")).ends(2, "no certificate", "PEM")
		})

		It("says when nothing listens", func() {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			Expect(err).NotTo(HaveOccurred())
			Expect(listener.Close()).To(Succeed())
			plain := alice.with(endpointVariable, "https://"+listener.Addr().String())
			plain.run("message", "send", "-t", "19:x", "hello").ends(1, "connection refused", "Is the emulator running")
		})

		It("says when it is the proxy that can't be reached", func() {
			far := alice.with(endpointVariable, "https://contoso.communication.azure.com").with("HTTPS_PROXY", "http://"+freeAddress())
			Expect(far.run("thread", "list").ends(1, "connection refused", "HTTPS_PROXY").err).NotTo(ContainSubstring("emulator"))
		})

		It("says when the endpoint leads past the service", func() {
			past := alice.with(endpointVariable, server.Endpoint()+"/past")
			Expect(past.run("thread", "list").ends(1, "404 Not Found", "check --endpoint").err).NotTo(ContainSubstring("Ids"))
		})

		It("sends a token in clear to this machine alone", func() {
			listener := httptest.NewServer(http.Handler(server))
			DeferCleanup(listener.Close)
			alice.with(endpointVariable, listener.URL).run("thread", "list").ok()
			alice.with(endpointVariable, strings.Replace(listener.URL, "127.0.0.1", "localhost", 1)).run("thread", "list").ok()
		})

		It("tells of each request on stderr when asked to", func() {
			r := alice.run("thread", "list", "--verbose")
			Expect(r.code).To(Equal(0))
			Expect(r.err).To(And(ContainSubstring("path=/chat/threads"), ContainSubstring("status=200")))
		})
	})

	It("shows no secret that stands where it does not belong", func() {
		token, key := alice.env[tokenVariable], server.ConnectionString()
		_, secret, _ := strings.Cut(key, "accesskey=")
		alice.secrets = append(alice.secrets, secret)
		for _, args := range [][]string{
			{token}, {"thread", token}, {"thread", "create", token}, {"thread", "list", "--limit", token}, {"thread", "list", "--output", token},
			{"thread", "list", "--" + token}, {"thread", "get", token}, {"participant", "add", "-t", "19:x", token}, {"message", "get", "-t", "19:x", token},
			{key}, {"thread", key}, {"thread", "get", key}, {"thread", "list", "--token", key}, {"thread", "list", "--token-file", key}, {"thread", "list", "--ca-file", key},
		} {
			Expect(alice.run(args...).code).To(BeNumerically(">", 0))
		}
	})
})
