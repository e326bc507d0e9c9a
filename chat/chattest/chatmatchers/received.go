package chatmatchers

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// HaveReceived succeeds if a chattest.Server or chattest.Service has received a request for the operation that matches all details:
// [WithBody], [WithQuery], [WithHeader], or any matcher for a chattest.Request, such as HaveField("Status", 201). The operation may be
// [chattest.Any]. Without [Times], one request is enough, whatever its response. An operation that is not valid is an error, even with
// NotTo.
func HaveReceived(op chattest.Operation, details ...types.GomegaMatcher) types.GomegaMatcher {
	return &received{op: op, tally: newTally[chattest.Request](details)}
}

// received is the matcher with its latest findings.
type received struct {
	op chattest.Operation
	tally[chattest.Request]

	all []chattest.Request
}

func (m *received) Match(actual any) (bool, error) {
	service, ok := actual.(interface {
		Requests(ops ...chattest.Operation) []chattest.Request
	})
	if !ok {
		return false, fmt.Errorf("HaveReceived wants a *chattest.Server or *chattest.Service, not %T", actual)
	}
	if !m.op.Valid() {
		return false, fmt.Errorf("HaveReceived: there is no operation %q: use a constant of chattest, such as chattest.SendChatMessage", m.op)
	}
	m.all = service.Requests()
	return m.take(service.Requests(m.op))
}

func (m *received) FailureMessage(any) string {
	return m.message(m.name()+" to have been received", exchange, m.others)
}

func (m *received) NegatedFailureMessage(any) string {
	return m.message(m.name()+" not to have been received", exchange, m.others)
}

// others lists the requests for other operations.
func (m *received) others() string {
	if len(m.all) == 0 {
		return "but there were no requests at all."
	}
	return "but it was not. There were:" + list(m.all, summary)
}

// name names the requests that are wanted.
func (m *received) name() string {
	if m.op == chattest.Any {
		return "a request"
	}
	return string(m.op)
}

// summary shows a request in a line.
func summary(q chattest.Request) string {
	return fmt.Sprintf("%s, answered %d", name(q), q.Status)
}

func name(q chattest.Request) string {
	if q.Operation == "" {
		return q.Method + " " + q.Path
	}
	return string(q.Operation)
}

// exchange shows a request as received, the status of the response, and the detail that does not match.
func exchange(f finding[chattest.Request]) string {
	text := fmt.Sprintf("%s %s, answered %d", f.item.Method, f.item.Target, f.item.Status)
	if len(f.item.Body) > 0 {
		text += "\n" + indent(cut(string(f.item.Body)))
	}
	return text + f.lack()
}
