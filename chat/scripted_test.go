package chat_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/script"
)

const (
	testEndpoint = "https://contoso.communication.azure.com"
	testThread   = "19:acsV1_madeUp@thread.v2"
)

// The transport of the specs, by short names.
type (
	scripted = script.Transport
	answer   = script.Answer
	request  = script.Request
)

var (
	answering = script.New
	reply     = script.Reply
	fail      = script.Fail
)

// options returns options with a transport and retries without delays.
func options(transport policy.Transporter) *chat.ClientOptions {
	return &chat.ClientOptions{ClientOptions: azcore.ClientOptions{
		Transport: watched(transport),
		Retry:     policy.RetryOptions{RetryDelay: time.Microsecond, MaxRetryDelay: time.Millisecond},
	}}
}

// watched checks the exchanges of a scripted transport. Others are for specs about connections.
func watched(transport policy.Transporter) policy.Transporter {
	if wire, ok := transport.(*scripted); ok {
		return api.WatchTransport(wire)
	}
	return transport
}

// clientOf makes a client whose requests get the answers.
func clientOf(answers ...answer) (*chat.Client, *scripted) {
	wire := answering(answers...)
	client, err := chat.NewClient(testEndpoint, staticCredential(), options(wire))
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

// threadOf makes the client of a thread whose requests get the answers.
func threadOf(answers ...answer) (*chat.ThreadClient, *scripted) {
	client, wire := clientOf(answers...)
	return client.ThreadClient(testThread), wire
}

func staticCredential() *chat.TokenCredential {
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenUntil(time.Now().Add(24 * time.Hour))})
	Expect(err).NotTo(HaveOccurred())
	return credential
}

// tokenUntil makes a token that ends at a time, in whole seconds. Its signature is no signature: clients don't check it.
func tokenUntil(end time.Time) string {
	return tokenWith(fmt.Sprintf(`{"exp":%d}`, end.Unix()))
}

func tokenWith(payload string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

// refresherOf makes a refresh callback that gives tokens of a lifetime, numbered, and counts its calls.
func refresherOf(lifetime time.Duration) (refresh func(context.Context) (chat.AccessToken, error), calls func() int) {
	var mu sync.Mutex
	n := 0
	refresh = func(context.Context) (chat.AccessToken, error) {
		mu.Lock()
		defer mu.Unlock()
		n++
		return chat.AccessToken{Token: fmt.Sprintf("token-%d", n), ExpiresOn: time.Now().Add(lifetime)}, nil
	}
	calls = func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
	return refresh, calls
}
