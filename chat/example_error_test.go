package chat_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
)

// An error response to a request that a program sends itself.
func ExampleNewError() {
	resp := &http.Response{
		StatusCode: http.StatusNotFound, Header: http.Header{"Content-Type": {"application/json"}},
		Body:    io.NopCloser(strings.NewReader(`{"error":{"code":"NotFound","message":"No such bot."}}`)),
		Request: &http.Request{Method: http.MethodGet},
	}
	err := chat.NewError("get bot", resp, "")
	fmt.Println(err.Code, errors.Is(err, chat.ErrNotFound))
	// Output: NotFound true
}
