package api_test

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

func ExampleCheck() {
	err := api.Check(chattest.Request{
		Operation: chattest.SendChatMessage, Method: http.MethodPost,
		Target: "/chat/threads/19:x@thread.v2/messages?api-version=2025-03-15", Query: url.Values{"api-version": {"2025-03-15"}},
		Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"content":"hello"}`),
		Status: http.StatusOK, ReplyHeader: http.Header{}, Reply: []byte(`{"id":"1"}`),
	})
	fmt.Println(err)
	// Output:
	// POST /chat/threads/19:x@thread.v2/messages?api-version=2025-03-15: 200, ChatThread_SendChatMessage: the response: status is not supported
}
