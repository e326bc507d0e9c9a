//go:build conformance

package conformance_test

import (
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// library is the emulator as tests have it: one service for each way in which it can be set up.
type library struct {
	plain, documented, entra, faulty *chattest.Server
	caFile                           string
}

func startLibrary(test *testing.T) *library {
	test.Helper()
	t := quiet{test}
	l := &library{
		plain:      chattest.NewServer(t, nil),
		documented: chattest.NewServer(t, &chattest.Options{ErrorStyle: chattest.Documented}),
		entra: chattest.NewServer(t, &chattest.Options{EntraTokens: []chattest.EntraToken{
			{Token: "token-of-an-application"},
			{
				Token: "token-of-a-person", ObjectID: "11111111-1111-4111-8111-111111111111",
				AppID: "22222222-2222-4222-8222-222222222222",
			},
		}}),
		faulty: chattest.NewServer(t, nil),
		caFile: filepath.Join(t.TempDir(), "ca.pem"),
	}
	if err := os.WriteFile(l.caFile, certificate(t, l.plain), 0o600); err != nil {
		t.Fatal(err)
	}
	// In the order of the checks: the send after that which is tried again loses its answer.
	again := http.Header{"Retry-After": {"0"}}
	l.faulty.Fail(chattest.SendChatMessage, chattest.Fault{Status: 429, Header: again})
	l.faulty.Fail(chattest.SendChatMessage, chattest.Fault{Nth: 2, LoseReply: true})
	l.faulty.Fail(chattest.UpdateChatThreadProperties, chattest.Fault{Status: 503, Header: again})
	l.faulty.Fail(chattest.GetChatMessage, chattest.Fault{HTML: true})
	l.faulty.Fail(chattest.ListChatParticipants, chattest.Fault{CutBody: true})
	return l
}

// quiet keeps a server from showing its last requests, which are hardly those of the check that failed.
type quiet struct{ *testing.T }

func (quiet) Failed() bool { return false }

// certificate is that of a server, which is its own authority.
func certificate(t quiet, s *chattest.Server) []byte {
	t.Helper()
	res, err := s.HTTPClient().Get(s.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: res.TLS.PeerCertificates[0].Raw})
}

// environment tells a client where the services are and whom to trust.
func (l *library) environment() []string {
	return append(trust(l.caFile),
		"AZURE_COMMUNICATION_CONNECTION_STRING="+l.plain.ConnectionString(),
		"CONFORMANCE_DOCUMENTED="+l.documented.ConnectionString(),
		"CONFORMANCE_ENTRA="+l.entra.ConnectionString(),
		"CONFORMANCE_FAULTY="+l.faulty.ConnectionString(),
	)
}

// trust has every client trust an authority: Node's, that of Python's requests, and that of the asynchronous one.
func trust(caFile string) []string {
	return []string{"NODE_EXTRA_CA_CERTS=" + caFile, "REQUESTS_CA_BUNDLE=" + caFile, "SSL_CERT_FILE=" + caFile}
}

// describe holds what a client has asked for.
func (l *library) describe(c *client) func() {
	requests := slices.DeleteFunc(l.plain.Requests(), func(q chattest.Request) bool { return q.Method == http.MethodGet && q.Path == "/" })
	return func() {
		It("are the official ones", func() {
			for _, q := range requests {
				Expect(q.Header.Get("User-Agent")).To(HavePrefix(c.agent))
			}
		})

		It("ask for every operation of chat, and for all that manages users", func() {
			asked := make(map[chattest.Operation]bool)
			for _, q := range requests {
				asked[q.Operation] = true
			}
			Expect(asked).To(And(
				HaveKey(chattest.CreateChatThread), HaveKey(chattest.ListChatThreads), HaveKey(chattest.DeleteChatThread),
				HaveKey(chattest.GetChatThreadProperties), HaveKey(chattest.UpdateChatThreadProperties),
				HaveKey(chattest.SendChatMessage), HaveKey(chattest.ListChatMessages), HaveKey(chattest.GetChatMessage),
				HaveKey(chattest.UpdateChatMessage), HaveKey(chattest.DeleteChatMessage),
				HaveKey(chattest.ListChatParticipants), HaveKey(chattest.AddChatParticipants), HaveKey(chattest.RemoveChatParticipant),
				HaveKey(chattest.SendTypingNotification), HaveKey(chattest.ListChatReadReceipts), HaveKey(chattest.SendChatReadReceipt),
				HaveKey(chattest.CreateIdentity), HaveKey(chattest.IssueAccessToken), HaveKey(chattest.RevokeAccessTokens),
				HaveKey(chattest.DeleteIdentity), HaveKey(chattest.ExchangeTeamsUserToken),
			))
		})

		It("ask for nothing that the emulator does not know", func() {
			Expect(requests).To(HaveEach(HaveField("Operation", Not(BeEmpty()))))
		})
	}
}
