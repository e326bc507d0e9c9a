package main_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// encrypted is a token that only its service can read.
var encrypted = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RSA-OAEP-256","enc":"A256GCM"}`)) + ".a2V5.bm9uY2U.Y2lwaGVydGV4dA.dGFn"

var _ = Describe("token", func() {
	var server *chattest.Server
	var admin *clitest.Shell
	var user chat.CommunicationUser

	BeforeEach(func() {
		server = chattest.NewServer(GinkgoTB(), api.Watch(nil))
		admin = shellWithKey(server)
		user = server.NewUser()
	})

	// use lists threads with a token and returns the exit code.
	use := func(token string) int {
		return admin.With(endpointVariable, server.Endpoint()).With(tokenVariable, token).Run("thread", "list").Code
	}

	Describe("issue", func() {
		It("prints the token to stdout and its user to stderr", func() {
			r := admin.Run("token", "issue", user.ID)
			Expect(r.Code).To(Equal(0))
			Expect(r.Out).To(MatchRegexp(`^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$`))
			Expect(r.Err).To(And(MatchRegexp(`(?m)^User +`+user.ID+`$`), MatchRegexp(`(?m)^Scopes +chat$`), MatchRegexp(`(?m)^Expires +20.*, in 2[34]h`)))
			Expect(use(strings.TrimSpace(r.Out))).To(Equal(0))
		})

		It("issues a token for the user of --as or the environment if no other is named", func() {
			Expect(admin.Run("token", "issue", "--as", user.ID).Ends(0).Err).To(MatchRegexp(`(?m)^User +` + user.ID + `$`))
			env := admin.With("ACSCHAT_USER", user.ID)
			Expect(env.Run("token", "issue").Ends(0).Err).To(MatchRegexp(`(?m)^User +` + user.ID + `$`))
			other := server.NewUser()
			Expect(env.Run("token", "issue", other.ID).Ends(0).Err).To(MatchRegexp(`(?m)^User +` + other.ID + `$`))
			admin.Run("token", "issue", other.ID, "--as", user.ID).Ends(2, "--as and the argument both name a user: choose one")
			admin.Run("user", "create", "--as", user.ID).Ends(2, "--as names a user, and this creates one")
		})

		It("accepts scopes and a lifetime", func() {
			r := admin.Run("token", "issue", "--user", user.ID, "--scope", "chat.join", "--scope", "voip", "--lifetime", "1h")
			Expect(r.Err).To(And(ContainSubstring("chat.join, voip"), MatchRegexp(`in (59m|1h)`)))
			admin.Run("token", "issue", user.ID, "--lifetime", "5m").Ends(2, "must be")
			for _, scopes := range []string{"", ",", "chat,"} {
				admin.Run("token", "issue", user.ID, "--scope", scopes).Ends(2, "acschat: --scope is empty: name one, such as --scope chat\n")
			}
			admin.Run("token", "issue", user.ID, "--scope", "dance").Ends(1, "400 Bad Request")
		})

		It("creates a user if none is named, as az does", func() {
			var issued struct {
				Identity    struct{ ID string }
				AccessToken struct {
					Token     string
					ExpiresOn time.Time
				}
			}
			admin.Run("token", "issue", "-o", "json").Into(&issued)
			Expect(issued.Identity.ID).To(HavePrefix("8:acs:"))
			Expect(issued.AccessToken.ExpiresOn).To(BeTemporally("~", time.Now().Add(24*time.Hour), time.Minute))
			Expect(use(issued.AccessToken.Token)).To(Equal(0))
		})

		It("prints the service's response as JSON", func() {
			var issued map[string]any
			admin.Run("token", "issue", user.ID, "-o", "jsonl").Into(&issued)
			Expect(issued).To(And(HaveLen(2), HaveKey("token"), HaveKey("expiresOn")))
		})

		It("writes the token to a file that only its owner can read, and does not print it", func() {
			file := admin.File("old.token", "what was there before, and readable by all")
			Expect(os.Chmod(file, 0o644)).To(Succeed())
			r := admin.Run("token", "issue", user.ID, "--out", file)
			token, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			info, err := os.Stat(file)
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))
			Expect(r.OK()).To(And(ContainSubstring("in "+file), Not(ContainSubstring("eyJ"))))
			Expect(use(strings.TrimSpace(string(token)))).To(Equal(0))
			Expect(admin.Run("token", "issue", user.ID, "--out", file, "-o", "json").OK()).NotTo(ContainSubstring("eyJ"))
			admin.Run("token", "issue", user.ID, "--out", filepath.Join(admin.Dir, "no", "such", "place")).Ends(1, "issued, but not written")
		})
	})

	Describe("revoke", func() {
		It("revokes the tokens of a user if confirmed", func() {
			token := server.Token(user, time.Hour)
			Expect(use(token)).To(Equal(0))
			admin.Run("token", "revoke", user.ID).Ends(2, "--yes")
			Expect(admin.Run("token", "revoke", user.ID, "--yes").OK()).To(Equal("Revoked all tokens of " + user.ID + ".\n"))
			Expect(use(token)).To(Equal(1))
		})
	})

	Describe("show", func() {
		It("shows the user, scopes and lifetime of a token without its signature", func() {
			token := server.Token(user, 2*time.Hour, "chat", "voip")
			sh := emptyShell().With(tokenVariable, token)
			sh.Hide(token)
			Expect(sh.Run("token", "show").Lines()).To(HaveExactElements(
				MatchRegexp(`^User +`+user.ID+`$`), MatchRegexp(`^Scopes +chat, voip$`), MatchRegexp(`^Resource +[0-9a-f-]{36}$`),
				MatchRegexp(`^Region +unitedstates$`), MatchRegexp(`^Issued +20`), MatchRegexp(`^Expires +20\S+ \S+, in (2h0m[01]s|1h59m\S+)$`),
			))
			var claims map[string]any
			sh.Run("token", "show", "-o", "json").Into(&claims)
			Expect(claims).To(And(
				HaveKeyWithValue("user", user.ID), HaveKeyWithValue("scopes", []any{"chat", "voip"}), HaveKeyWithValue("expired", false),
				HaveKey("resourceId"), HaveKey("expiresOn"), HaveKey("issuedOn"),
			))
		})

		It("reports an expired token", func() {
			Expect(emptyShell().With(tokenVariable, server.Token(user, -time.Hour)).Run("token", "show").OK()).To(MatchRegexp(`Expires +20\S+ \S+, 1h0m\d+s ago`))
			Expect(emptyShell().With(tokenVariable, server.Token(user, -50*time.Hour)).Run("token", "show").OK()).To(MatchRegexp(`Expires +20\S+ \S+, 2 days ago`))
		})

		It("reads a token from a file or stdin", func() {
			sh := emptyShell()
			token := server.Token(user, time.Hour)
			sh.Hide(token)
			sh.Run("token", "show", "--token-file", sh.File("token", token)).OK()
			sh.Pipe(token).Run("token", "show", "--token-file", "-").OK()
		})

		It("says that a token is encrypted, and when it expires if that is given", func() {
			sh := emptyShell().With(tokenVariable, encrypted)
			sh.Hide(encrypted)
			Expect(sh.Run("token", "show").Lines()).To(HaveExactElements(
				"Token    encrypted: only the service can read its user and scopes", "Expires  unknown"))
			Expect(sh.Run("token", "show", "--token-expires", "50m").OK()).To(MatchRegexp(`(?m)^Expires  20\S+ \S+, in (50m|49m5)\d*s$`))
			Expect(sh.Run("token", "show", "--token-expires", "2026-05-04T09:30:00Z").OK()).To(ContainSubstring("Expires  2026-05-04 "))
			var claims map[string]any
			sh.Run("token", "show", "-o", "json", "--token-expires", "2026-05-04T09:30:00Z").Into(&claims)
			Expect(claims).To(Equal(map[string]any{
				"encrypted": true, "user": "", "scopes": []any{}, "resourceId": "", "expiresOn": "2026-05-04T09:30:00Z", "expired": true,
			}))
			sh.Run("token", "show", "--token-expires", "soon").Ends(2, "must be a time such as", "or a duration from now")
		})

		It("shows the expiry in a token that is not encrypted, whatever --token-expires says", func() {
			sh := emptyShell().With(tokenVariable, server.Token(user, time.Hour))
			Expect(sh.Run("token", "show", "--token-expires", "5h").OK()).To(MatchRegexp(`in (1h0m0s|59m5\ds)`))
		})

		DescribeTable("reports an invalid token without showing it",
			func(text, complaint string) {
				r := emptyShell().With(tokenVariable, text).Run("token", "show").Ends(2, "this is not a token", complaint)
				Expect(r.Err).NotTo(ContainSubstring(text))
			},
			Entry("one word", "sesame", "and this has 1"),
			Entry("five words", "a.b.c.d.e", "it has 5 parts, and the first does not name an encryption"),
			Entry("not base64", "head.s%same.signature", "not base64"),
			Entry("not an object", "head.c2VzYW1l.signature", "not an object"),
		)

		It("accepts a token without the usual claims", func() {
			var claims map[string]any
			Expect(json.Unmarshal([]byte(emptyShell().With(tokenVariable, "e30.e30.x").Run("token", "show", "-o", "json").OK()), &claims)).To(Succeed())
			Expect(claims).To(HaveKeyWithValue("expired", false))
			Expect(emptyShell().With(tokenVariable, "e30.e30.x").Run("token", "show").OK()).To(Equal("Expires  unknown\n"))
		})
	})
})
