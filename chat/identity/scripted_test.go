package identity_test

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/internal/script"
)

const (
	testEndpoint = "https://contoso.communication.azure.com"
	testKey      = "MDEyMzQ1Njc4OWFiY2RlZg==" // 0123456789abcdef
)

var ada = chat.CommunicationUser{ID: "8:acs:11111111-aaaa-4bbb-8ccc-222222222222_00000030-0000-0001-0000-0000000000a1"}

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

// only returns the only request.
func only(wire *scripted) request {
	GinkgoHelper()
	requests := wire.Requests()
	Expect(requests).To(HaveLen(1))
	return requests[0]
}

// refusal is an error of the identity service.
func refusal(status int, code, message string) answer {
	return reply(status, fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, code, message))
}

// options returns options with a transport and retries without delays.
func options(transport policy.Transporter) *identity.ClientOptions {
	return &identity.ClientOptions{ClientOptions: azcore.ClientOptions{
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

// clientOf makes a client with an access key whose requests get the answers.
func clientOf(answers ...answer) (*identity.Client, *scripted) {
	GinkgoHelper()
	wire := answering(answers...)
	client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, options(wire))
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
