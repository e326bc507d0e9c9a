package chatmatchers

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// HaveNotified succeeds if a chattest.Server or chattest.Service has sent the user an event of the kind, whether or not the user was
// connected. An empty kind means any. All details must match the event, a value of package events without a recipient:
//
//	Expect(server).To(HaveNotified(bo, events.KindMessageReceived, HaveField("Message.Content.Message", "At noon?")))
//
// Without [Times], one event is enough. An unknown kind is an error.
func HaveNotified(user chat.Identifier, kind events.Kind, details ...types.GomegaMatcher) types.GomegaMatcher {
	return &notified{user: user, kind: kind, tally: newTally[events.Event](details)}
}

// notified is the matcher with its latest findings.
type notified struct {
	user chat.Identifier
	kind events.Kind
	tally[events.Event]

	all []chattest.Event
}

func (m *notified) Match(actual any) (bool, error) {
	service, ok := actual.(interface {
		Events(kinds ...events.Kind) []chattest.Event
	})
	if !ok {
		return false, fmt.Errorf("HaveNotified wants a *chattest.Server or *chattest.Service, not %T", actual)
	}
	if m.kind != "" && !slices.Contains(events.Kinds(), m.kind) {
		return false, fmt.Errorf("HaveNotified: there are no events of the kind %q: use a constant of events, such as events.KindMessageReceived", m.kind)
	}
	m.all = service.Events()
	var sent []events.Event
	for _, e := range m.all {
		if (m.kind == "" || m.kind == e.Kind()) && slices.ContainsFunc(e.Recipients, m.isUser) {
			sent = append(sent, e.Event)
		}
	}
	return m.take(sent)
}

func (m *notified) isUser(u chattest.User) bool {
	return u.RawID() == rawID(m.user)
}

func (m *notified) FailureMessage(any) string {
	return m.message(m.wanted("to have received"), notification, m.others)
}

func (m *notified) NegatedFailureMessage(any) string {
	return m.message(m.wanted("not to have received"), notification, m.others)
}

func (m *notified) wanted(verb string) string {
	event := "an event"
	if m.kind != "" {
		event = string(m.kind)
	}
	return rawID(m.user) + " " + verb + " " + event
}

// others lists the events of other kinds or users.
func (m *notified) others() string {
	if len(m.all) == 0 {
		return "but there were no events at all."
	}
	return "but it was not. There were:" + list(m.all, func(e chattest.Event) string {
		who := "not to this one"
		if slices.ContainsFunc(e.Recipients, m.isUser) {
			who = "also to this one"
		}
		return fmt.Sprintf("%s, sent to %d users, %s", e.Kind(), len(e.Recipients), who)
	})
}

// notification shows an event in a line, and the detail that does not match.
func notification(f finding[events.Event]) string {
	header := f.item.EventHeader()
	return fmt.Sprintf("%s in %s, version %s", f.item.Kind(), header.ThreadID, header.Version) + f.lack()
}
