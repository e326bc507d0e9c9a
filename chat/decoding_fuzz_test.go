package chat_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat"
)

// canned is a transport that answers every request with one body. It is for one goroutine, and much lighter than scripted.
type canned struct{ body []byte }

func (c *canned) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: req,
	}, nil
}

// client makes a client on the transport, outside the suite too.
func (c *canned) client(tb testing.TB) *chat.Client {
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenUntil(time.Now().Add(24 * time.Hour))})
	if err != nil {
		tb.Fatal(err)
	}
	client, err := chat.NewClient(testEndpoint, credential, options(c))
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// FuzzMessages checks that a page of messages is lost only to broken syntax and to a malformed list or link.
func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`{"value":[]}`, `{}`, `{"value":null,"nextLink":""}`, `{"value":[1,{"id":"1","type":"text","content":{"message":"a"}},null]}`,
		`{"value":[{"content":"a","senderCommunicationIdentifier":[],"createdOn":"yesterday","metadata":{"a":1}}]}`,
		`{"value":[{"content":{"participants":[null,{"communicationIdentifier":1}],"attachments":[{"id":1}]}}],"nextLink":null}`,
		`{"VALUE":[{"ID":"1","id":2}],"value":{}}`, `{"value":[],"nextLink":5}`, `{"next_link":5,"value":[]}`, `{"value":[{"id":"\ud800`, "\ufeff{\"value\":[{\"id\":\"\xff\"}]}",
	} {
		f.Add([]byte(seed))
	}
	service := &canned{}
	thread := service.client(f).ThreadClient(testThread)
	f.Fuzz(func(t *testing.T, body []byte) {
		service.body = body
		for page, err := range thread.ListMessages(nil).Pages(t.Context()) {
			object := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
			valid := len(object) > 0 && object[0] == '{' &&
				jsontext.Value(object).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			if !valid && err == nil {
				t.Error("the body is not a JSON object, and there is no error")
			}
			var well struct {
				Value    []json.RawMessage
				NextLink *string
			}
			// encoding/json does not ignore - and _ in names, as the decoder of pages does.
			if valid && !bytes.ContainsAny(object, "-_") && json.Unmarshal(object, &well) == nil && (well.Value != nil) != (err == nil) {
				t.Errorf("a list: %t, error: %v", well.Value != nil, err)
			}
			if page.Last != (page.ContinuationToken == "") && err == nil {
				t.Errorf("last: %t, token: %q", page.Last, page.ContinuationToken)
			}
			break
		}
	})
}
