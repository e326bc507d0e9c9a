package chatmatchers

import (
	"encoding/json"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// WithBody matches a chattest.Request by its body: a text, which is compared as JSON if both are that, or a matcher for the text. A
// request without a body has the empty text.
func WithBody(body any) types.GomegaMatcher {
	d := newDetail("body", body, func(q chattest.Request) string { return string(q.Body) })
	if text, ok := body.(string); ok {
		d.matcher = gomega.WithTransform(meaning, gomega.Equal(meaning(text)))
		d.words = "body " + text
	}
	d.shown = true
	return d
}

// meaning is what JSON says, or the text itself if it is not JSON.
func meaning(text string) any {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return value
}

// WithQuery matches a chattest.Request by a parameter of its query, for example "maxPageSize". One that is not there is the
// empty text. A value that is neither text nor matcher is taken as fmt.Sprint writes it.
func WithQuery(name string, value any) types.GomegaMatcher {
	d := newDetail("query parameter "+name, value, func(q chattest.Request) string { return q.Query.Get(name) })
	d.shown = true
	return d
}

// WithHeader matches a chattest.Request by a header, whatever the case of its name. One that is not there is the empty text; so
// is Authorization, which is not recorded. A value that is neither text nor matcher is taken as fmt.Sprint writes it.
func WithHeader(name string, value any) types.GomegaMatcher {
	return newDetail("header "+name, value, func(q chattest.Request) string { return q.Header.Get(name) })
}
