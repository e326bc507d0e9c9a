package feed_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
)

// canned is a service with threads that hold the same messages, without state of its own.
type canned struct {
	threads  int
	messages string // the response to a list of messages
}

const cannedUser = `{"rawId":"8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-c3d4e5007101",` +
	`"communicationUser":{"id":"8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-c3d4e5007101"}}`

// newCanned returns a service of threads with a number of messages each, of at most a page, the oldest first written by the service.
func newCanned(threads, messages int) *canned {
	var items []string
	for n := messages; n > 1; n-- {
		version := int64(1762161364495) + 1000*int64(n)
		items = append(items, fmt.Sprintf(`{"id":"%d","type":"text","sequenceId":"%d","version":"%d","content":{"message":"The build %d is green.","attachments":[]},`+
			`"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:09Z","senderCommunicationIdentifier":%s}`, version, n, version, n, cannedUser))
	}
	items = append(items, `{"id":"1762161364495","type":"participantAdded","sequenceId":"1","version":"1762161364495","content":{"participants":[`+
		`{"communicationIdentifier":`+cannedUser+`,"displayName":"Ana","shareHistoryTime":"1970-01-01T00:00:00Z"}],`+
		`"initiatorCommunicationIdentifier":`+cannedUser+`},"createdOn":"2025-11-03T09:16:04Z"}`)
	return &canned{threads, `{"value":[` + strings.Join(items, ",") + `]}`}
}

func (c *canned) threadID(n int) string {
	return fmt.Sprintf("19:acsV2_YGV1rnQ8PXWCqhBweExLhiFs0GhQIwGZux%08d1@thread.v2", n)
}

// Do implements policy.Transporter.
func (c *canned) Do(req *http.Request) (*http.Response, error) {
	body := c.messages
	switch {
	case strings.HasSuffix(req.URL.Path, "/messages"):
	case req.URL.Path == "/chat/threads":
		body = c.list(req)
	default:
		body = fmt.Sprintf(`{"id":%q,"topic":"Builds","createdOn":"2025-11-03T09:16:04Z","createdByCommunicationIdentifier":%s,"retentionPolicy":{"kind":"none"}}`,
			strings.TrimPrefix(req.URL.Path, "/chat/threads/"), cannedUser)
	}
	return answerWith(req, body), nil
}

// answerWith is a response of 200 with a body of JSON.
func answerWith(req *http.Request, body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func (c *canned) list(req *http.Request) string {
	const size = 100
	first := 0
	_, _ = fmt.Sscan(req.URL.Query().Get("syncState"), &first)
	var items []string
	for n := first; n < min(first+size, c.threads); n++ {
		items = append(items, fmt.Sprintf(`{"id":%q,"topic":"Builds","lastMessageReceivedOn":"2025-11-03T09:16:04Z"}`, c.threadID(n)))
	}
	next := ""
	if first+size < c.threads {
		next = fmt.Sprintf(`,"nextLink":"https://contoso.test/chat/threads?syncState=%d&api-version=2025-03-15"`, first+size)
	}
	return `{"value":[` + strings.Join(items, ",") + `]` + next + `}`
}

// client returns a client of the service.
func (c *canned) client() (*chat.Client, error) { return clientOf(c) }

// clientOf returns a client of the service behind a transport.
func clientOf(transport policy.Transporter) (*chat.Client, error) {
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{Token: "token", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
	}, nil)
	if err != nil {
		return nil, err
	}
	options := &chat.ClientOptions{}
	options.Transport = transport
	return chat.NewClient("https://contoso.test", credential, options)
}
