package identity_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

const (
	testEndpoint = "https://contoso.communication.azure.com"
	testKey      = "MDEyMzQ1Njc4OWFiY2RlZg==" // 0123456789abcdef
)

var ada = chat.CommunicationUser{ID: "8:acs:11111111-aaaa-4bbb-8ccc-222222222222_00000030-0000-0001-0000-0000000000a1"}

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
}

func (s *scripted) Do(req *http.Request) (*http.Response, error) {
	sent := request{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone()}
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
	return slices.Clone(s.requests)
}

// Only is the one request there was.
func (s *scripted) Only() request {
	GinkgoHelper()
	Expect(s.Requests()).To(HaveLen(1))
	return s.Requests()[0]
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

// refusal is an error of the identity service.
func refusal(status int, code, message string) answer {
	return reply(status, fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, code, message))
}

// options wire a transport into a client, with retries that hardly wait.
func options(transport policy.Transporter) *identity.ClientOptions {
	return &identity.ClientOptions{ClientOptions: azcore.ClientOptions{
		Transport: transport,
		Retry:     policy.RetryOptions{RetryDelay: time.Microsecond, MaxRetryDelay: time.Millisecond},
	}}
}

// clientOf makes a client with an access key whose requests get the answers.
func clientOf(answers ...answer) (*identity.Client, *scripted) {
	GinkgoHelper()
	wire := &scripted{answers: answers}
	client, err := identity.NewClient(testEndpoint, testKey, options(wire))
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

// issued is the answer that holds a token.
func issued(token string, end time.Time) answer {
	return reply(http.StatusOK, fmt.Sprintf(`{"token":%q,"expiresOn":%q}`, token, end.Format("2006-01-02T15:04:05.0000000-07:00")))
}

// beArgument matches the error of an argument.
func beArgument(name string) OmegaMatcher {
	return WithTransform(func(err error) string {
		if argument, ok := errors.AsType[*chat.ArgumentError](err); ok {
			return argument.Name
		}
		return fmt.Sprintf("no ArgumentError: %v", err)
	}, Equal(name))
}
