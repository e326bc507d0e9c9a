package chatmatchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// HaveReceived succeeds if a chattest.Server or chattest.Service has received a request for the operation, [chattest.Any] for any,
// with all the details: [WithBody], [WithQuery], [WithHeader], or whatever else matches a chattest.Request. It does not
// matter how it was answered; HaveField("Status", 201) would be a detail. With [Times] it has received so many of them.
// An operation that is not valid is an error, also with NotTo.
func HaveReceived(op chattest.Operation, details ...types.GomegaMatcher) types.GomegaMatcher {
	m := &received{op: op}
	for _, detail := range details {
		if often, ok := detail.(times); ok {
			m.often = &often
		} else {
			m.details = append(m.details, detail)
		}
	}
	return m
}

// Times is the detail of [HaveReceived] that says how many requests there are, which have the other details: a number, or a
// matcher for it such as BeNumerically(">", 1).
func Times(count any) types.GomegaMatcher {
	if matcher, ok := count.(types.GomegaMatcher); ok {
		return times{matcher, "as often as it should"}
	}
	return times{gomega.BeNumerically("==", count), "exactly " + often(count)}
}

// times is a matcher for a number, in words too.
type times struct {
	types.GomegaMatcher
	words string
}

// often is a number of times.
func often(count any) string {
	if count == 1 {
		return "once"
	}
	return fmt.Sprintf("%v times", count)
}

// received is the matcher, and what it found last.
type received struct {
	op      chattest.Operation
	often   *times // nil is at least once
	details []types.GomegaMatcher

	all   []chattest.Request
	found []finding[chattest.Request] // of the operation
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
	var err error
	m.all = service.Requests()
	if m.found, err = examine(service.Requests(m.op), m.details); err != nil {
		return false, err
	}
	if m.often != nil {
		return m.often.Match(count(m.found))
	}
	return count(m.found) > 0, nil
}

func (m *received) FailureMessage(any) string {
	return m.message("to have been received")
}

func (m *received) NegatedFailureMessage(any) string {
	return m.message("not to have been received")
}

// message says what was wanted, and what requests there were.
func (m *received) message(wanted string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Expected %s %s", m.name(), wanted)
	if m.often != nil {
		b.WriteString(" " + m.often.words)
	}
	b.WriteString(wording(" with ", m.details) + "\n")
	switch {
	case len(m.all) == 0:
		b.WriteString("but there were no requests at all.")
	case len(m.found) == 0:
		b.WriteString("but it was not. There were:" + list(m.all, summary))
	case len(m.details) == 0:
		fmt.Fprintf(&b, "but it was, %s:%s", often(len(m.found)), list(m.found, exchange))
	default:
		fmt.Fprintf(&b, "but that holds for %d of %d:%s", count(m.found), len(m.found), list(m.found, exchange))
	}
	return b.String()
}

// name is that of the operation, in words where it has none.
func (m *received) name() string {
	if m.op == chattest.Any {
		return "a request"
	}
	return string(m.op)
}

// summary is a request in a line.
func summary(q chattest.Request) string {
	return fmt.Sprintf("%s, answered %d", name(q), q.Status)
}

func name(q chattest.Request) string {
	if q.Operation == "" {
		return q.Method + " " + q.Path
	}
	return string(q.Operation)
}

// exchange is a request as it came, what it was answered, and the detail that it lacks.
func exchange(f finding[chattest.Request]) string {
	text := fmt.Sprintf("%s %s, answered %d", f.item.Method, f.item.Target, f.item.Status)
	if len(f.item.Body) > 0 {
		text += "\n" + indent(cut(string(f.item.Body)))
	}
	return text + f.lack()
}
