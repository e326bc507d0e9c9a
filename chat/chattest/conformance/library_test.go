//go:build conformance

package conformance_test

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

// library is the emulator as tests have it: one service for each way in which it can be set up.
type library struct {
	plain, documented, entra, limited, faulty *chattest.Server

	faults []*chattest.InjectedFault
	caFile string
}

func startLibrary(test *testing.T) *library {
	test.Helper()
	t := quiet{test}
	l := &library{
		plain:      chattest.NewServer(t, nil),
		documented: chattest.NewServer(t, &chattest.Options{ErrorStyle: chattest.ErrorStyleDocumented}),
		entra: chattest.NewServer(t, &chattest.Options{EntraTokens: []chattest.EntraToken{
			{Token: "token-of-an-application"},
			{
				Token: "token-of-a-person", ObjectID: "11111111-1111-4111-8111-111111111111",
				AppID: "22222222-2222-4222-8222-222222222222",
			},
		}}),
		limited: chattest.NewServer(t, &chattest.Options{EnforceLimits: true}),
		faulty:  chattest.NewServer(t, nil),
		caFile:  filepath.Join(t.TempDir(), "ca.pem"),
	}
	if err := os.WriteFile(l.caFile, certificate(t, l.plain), 0o600); err != nil {
		t.Fatal(err)
	}
	// In the order of the checks: the send after that which is tried again loses its answer.
	again := http.Header{"Retry-After": {"0"}}
	l.faults = []*chattest.InjectedFault{
		l.faulty.Fail(chattest.SendChatMessage, chattest.Fault{Status: 429, Header: again}),
		l.faulty.Fail(chattest.SendChatMessage, chattest.Fault{Nth: 2, LoseReply: true}),
		l.faulty.Fail(chattest.UpdateChatThreadProperties, chattest.Fault{Status: 503, Header: again}),
		l.faulty.Fail(chattest.ListChatReadReceipts, chattest.Fault{Status: 429}),
		l.faulty.Fail(chattest.ListChatThreads, chattest.Fault{EmptyPage: true}),
		l.faulty.Fail(chattest.GetChatMessage, chattest.Fault{HTML: true}),
		l.faulty.Fail(chattest.ListChatParticipants, chattest.Fault{CutBody: true}),
	}
	return l
}

// quiet keeps a server from showing its last requests, which are hardly those of the check that failed.
type quiet struct{ *testing.T }

func (quiet) Failed() bool { return false }

// certificate is that of a server, which is its own authority.
func certificate(t quiet, s *chattest.Server) []byte {
	t.Helper()
	trusting := s.HTTPClient().Transport.(*http.Transport).TLSClientConfig
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.Endpoint(), "https://"), trusting)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw})
}

// environment tells a client where the services are and whom to trust.
func (l *library) environment() []string {
	return append(trust(l.caFile),
		"AZURE_COMMUNICATION_CONNECTION_STRING="+l.plain.ConnectionString(),
		"CONFORMANCE_DOCUMENTED="+l.documented.ConnectionString(),
		"CONFORMANCE_ENTRA="+l.entra.ConnectionString(),
		"CONFORMANCE_LIMITED="+l.limited.ConnectionString(),
		"CONFORMANCE_FAULTY="+l.faulty.ConnectionString(),
	)
}

// trust has every client trust an authority: Node's, that of Python's requests, and that of the asynchronous one.
func trust(caFile string) []string {
	return []string{"NODE_EXTRA_CA_CERTS=" + caFile, "REQUESTS_CA_BUNDLE=" + caFile, "SSL_CERT_FILE=" + caFile}
}

// describe holds what a client has asked for.
func (l *library) describe(c *client) func() {
	return func() {
		It("are the official ones", func() {
			Expect(l.plain).NotTo(HaveReceived(chattest.Any, WithHeader("User-Agent", Not(HavePrefix(c.agent)))))
		})

		DescribeTable("ask for every operation of chat, and for all that manages users",
			func(op chattest.Operation) { Expect(l.plain).To(HaveReceived(op)) },
			func(op chattest.Operation) string { return string(op) },
			Entry(nil, chattest.CreateChatThread),
			Entry(nil, chattest.ListChatThreads),
			Entry(nil, chattest.DeleteChatThread),
			Entry(nil, chattest.GetChatThreadProperties),
			Entry(nil, chattest.UpdateChatThreadProperties),
			Entry(nil, chattest.SendChatMessage),
			Entry(nil, chattest.ListChatMessages),
			Entry(nil, chattest.GetChatMessage),
			Entry(nil, chattest.UpdateChatMessage),
			Entry(nil, chattest.DeleteChatMessage),
			Entry(nil, chattest.ListChatParticipants),
			Entry(nil, chattest.AddChatParticipants),
			Entry(nil, chattest.RemoveChatParticipant),
			Entry(nil, chattest.SendTypingNotification),
			Entry(nil, chattest.ListChatReadReceipts),
			Entry(nil, chattest.SendChatReadReceipt),
			Entry(nil, chattest.CreateIdentity),
			Entry(nil, chattest.IssueAccessToken),
			Entry(nil, chattest.RevokeAccessTokens),
			Entry(nil, chattest.DeleteIdentity),
			Entry(nil, chattest.ExchangeTeamsUserToken),
		)

		It("ask for nothing that the emulator does not know", func() {
			Expect(l.plain).NotTo(HaveReceived(chattest.Any, HaveField("Operation", BeEmpty())))
		})

		It("run into every fault", func() {
			Expect(l.faults).To(HaveEach(HaveField("Fired()", 1)))
		})
	}
}
