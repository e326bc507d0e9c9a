package chatmatchers

import (
	"encoding/json"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// WithBody matches a chattest.Request by its body: a string, which is compared as JSON if both are JSON, or a matcher for the string. A
// missing body is "".
func WithBody(body any) types.GomegaMatcher {
	d := newDetail("body", body, func(q chattest.Request) string { return string(q.Body) })
	if text, ok := body.(string); ok {
		d.matcher = gomega.WithTransform(meaning, gomega.Equal(meaning(text)))
		d.words = "body " + text
	}
	d.shown = true
	return d
}

// meaning is the value of a JSON text, or the text itself if it is not JSON.
func meaning(text string) any {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return value
}

// WithQuery matches a chattest.Request by a parameter of its query, for example "maxPageSize". A missing parameter is "". A value that is
// neither a string nor a matcher is formatted with fmt.Sprint.
func WithQuery(name string, value any) types.GomegaMatcher {
	d := newDetail("query parameter "+name, value, func(q chattest.Request) string { return q.Query.Get(name) })
	d.shown = true
	return d
}

// WithHeader matches a chattest.Request by a header, whose name is not case-sensitive. A missing header is "", and so is Authorization,
// which is not recorded. A value that is neither a string nor a matcher is formatted with fmt.Sprint.
func WithHeader(name string, value any) types.GomegaMatcher {
	return newDetail("header "+name, value, func(q chattest.Request) string { return q.Header.Get(name) })
}
