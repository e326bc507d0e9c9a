package chat_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

const (
	testEndpoint = "https://contoso.communication.azure.com"
	testThread   = "19:acsV1_madeUp@thread.v2"
)

// scripted is a transport that answers with what the spec has prepared, in order, and repeats the last answer.
// It keeps the requests. It needs no socket, and so works in a bubble.
type scripted struct {
	mu       sync.Mutex
	answers  []answer
	requests []request
}

// answer makes the response to one request, or its failure.
type answer func(*http.Request) (*http.Response, error)

// request is what went over the wire.
type request struct {
	Method, URL, Body string
	Header            http.Header
	At                time.Time
}

func (s *scripted) Do(req *http.Request) (*http.Response, error) {
	sent := request{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone(), At: time.Now()}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		sent.Body = string(body)
	}
	s.mu.Lock()
	s.requests = append(s.requests, sent)
	next := s.answers[min(len(s.requests), len(s.answers))-1]
	s.mu.Unlock()
	resp, err := next(req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (s *scripted) Requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.requests...)
}

// reply answers with a status and a body; header holds names and values in turn.
func reply(status int, body string, header ...string) answer {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Header: h,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// fail answers nothing: the connection breaks with err.
func fail(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// options wire a transport into a client, with retries that hardly wait.
func options(transport policy.Transporter) *chat.ClientOptions {
	return &chat.ClientOptions{ClientOptions: azcore.ClientOptions{
		Transport: transport,
		Retry:     policy.RetryOptions{RetryDelay: time.Microsecond, MaxRetryDelay: time.Millisecond},
	}}
}

// clientOf makes a client whose requests get the answers.
func clientOf(answers ...answer) (*chat.Client, *scripted) {
	wire := &scripted{answers: answers}
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
	credential, err := chat.NewStaticTokenCredential(tokenUntil(time.Now().Add(24 * time.Hour)))
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
