package chatmatchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat"
)

// HaveMessage succeeds if a thread, a *chat.ThreadClient or []chat.Message, has a message with this text that matches all details: [From],
// or any matcher for a chat.Message. The text of messages of the service and of deleted messages is "".
func HaveMessage(text any, details ...types.GomegaMatcher) types.GomegaMatcher {
	saying := newDetail("text", text, func(m chat.Message) string { return m.Content.Message })
	saying.shown = true
	return &message{details: append([]types.GomegaMatcher{saying}, details...)}
}

// From matches a chat.Message by its sender, compared by raw id. Nil matches messages of the service.
func From(sender chat.Identifier) types.GomegaMatcher {
	d := newDetail("sender", rawID(sender), func(m chat.Message) string { return rawID(m.Sender) })
	d.shown = true
	return d
}

// rawID is empty for a nil identifier.
func rawID(who chat.Identifier) string {
	if who == nil {
		return ""
	}
	return who.RawID()
}

// message is the matcher with its latest findings.
type message struct {
	details []types.GomegaMatcher
	found   []finding[chat.Message]
}

func (m *message) Match(actual any) (bool, error) {
	messages, err := read(actual, func(t *chat.ThreadClient) *chat.Pager[chat.Message] {
		return t.ListMessages(&chat.ListMessagesOptions{PageSize: 200})
	})
	if err != nil {
		return false, fmt.Errorf("HaveMessage: %w", err)
	}
	m.found, err = examine(messages, m.details)
	return count(m.found) > 0, err
}

func (m *message) FailureMessage(any) string {
	return m.text("to have a message")
}

func (m *message) NegatedFailureMessage(any) string {
	return m.text("not to have a message")
}

// text says what was wanted, and which messages there are.
func (m *message) text(wanted string) string {
	text := "Expected the thread " + wanted + wording(" with ", m.details) + "\n"
	if len(m.found) == 0 {
		return text + "but it has no messages."
	}
	return text + "but it has:" + list(m.found, said)
}

// said shows a message in a line, and the detail that does not match.
func said(f finding[chat.Message]) string {
	m := f.item
	words := []string{string(m.Type)}
	switch {
	case !m.DeletedOn.IsZero():
		words = append(words, "deleted")
	case m.Type == chat.MessageTypeTopicUpdated:
		words = append(words, fmt.Sprintf("%q", cut(m.Content.Topic)))
	case m.Sender != nil:
		words = append(words, fmt.Sprintf("%q", cut(m.Content.Message)))
	}
	for _, p := range m.Content.Participants {
		words = append(words, rawID(p.Identifier))
	}
	switch {
	case m.Sender != nil:
		words = append(words, "from", m.Sender.RawID())
	case m.Content.Initiator != nil:
		words = append(words, "by", m.Content.Initiator.RawID())
	}
	return strings.Join(words, " ") + f.lack()
}
