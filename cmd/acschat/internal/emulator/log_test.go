package emulator_test

import (
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("emulator --log", func() {
	It("writes a line for each request: time, status, operation, duration, user and reason of a failure", func(ctx SpecContext) {
		emulator := emulate(emptyShell(), "--log")
		alice := emulator.newUser(ctx)
		created, err := emulator.chat(alice).CreateThread(ctx, "Logged", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(emulator.chat(alice).DeleteThread(ctx, created.Thread.ID)).To(Succeed())
		_, err = emulator.chat(stranger()).ListThreads(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(chat.ErrUnauthorized))
		other, err := identity.NewClientWithAccessKey(emulator.Endpoint, "b3RoZXI=", &identity.ClientOptions{ClientOptions: emulator.options()})
		Expect(err).NotTo(HaveOccurred())
		_, err = other.CreateUser(ctx, nil)
		Expect(err).To(MatchError(chat.ErrUnauthorized))
		who := regexp.QuoteMeta(alice.User.ID)
		Expect(strings.Split(strings.TrimSuffix(emulator.stop().Err, "\n"), "\n")).To(HaveExactElements(
			MatchRegexp(`^\d\d:\d\d:\d\d\.\d{3}  201  POST   /identities\?api-version=\S+  \S+s$`),
			MatchRegexp(`^\d\d:\d\d:\d\d\.\d{3}  201  POST   /chat/threads\?api-version=\S+  \S+s  `+who+`$`),
			MatchRegexp(`^\d\d:\d\d:\d\d\.\d{3}  204  DELETE /chat/threads/19(:|%3A)\S+  \S+s  `+who+`$`),
			MatchRegexp(`^\d\d:\d\d:\d\d\.\d{3}  401  GET    /chat/threads\?\S+  \S+s  refused: the token is for the resource \S+, not for \S+$`),
			MatchRegexp(`^\d\d:\d\d:\d\d\.\d{3}  401  POST   /identities\?\S+  \S+s  refused: .*key`),
		))
	})

	It("shows no token, no key and no control characters", func(ctx SpecContext) {
		emulator := emulate(emptyShell(), "--log")
		alice := emulator.newUser(ctx)
		_, err := emulator.chat(alice).ListThreads(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		key := keyOf(emulator.ConnectionString)
		for _, target := range []string{
			"/chat/threads?token=" + alice.Token.Token, "/" + alice.Token.Token, "/x?accesskey=" + key, "/\u202emoc", "/%1b[2J",
		} {
			answer, err := emulator.http.Get(emulator.Endpoint + target)
			Expect(err).NotTo(HaveOccurred())
			Expect(answer.Body.Close()).To(Succeed())
		}
		log := emulator.stop().Err
		Expect(strings.Count(log, "\n")).To(Equal(7))
		signature := alice.Token.Token[strings.LastIndexByte(alice.Token.Token, '.')+1:]
		for _, secret := range []string{key, alice.Token.Token, signature, "\u202e", "\x1b"} {
			Expect(log).NotTo(ContainSubstring(secret))
		}
	})

	It("writes nothing without the flag", func(ctx SpecContext) {
		emulator := emulate(emptyShell())
		emulator.newUser(ctx)
		Expect(emulator.stop().Err).To(BeEmpty())
	})
})

// stranger returns a token of another resource.
func stranger() identity.UserAndToken {
	GinkgoHelper()
	elsewhere := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
	user := elsewhere.NewUser()
	return identity.UserAndToken{User: user, Token: chat.AccessToken{Token: elsewhere.Token(user, 0)}}
}
