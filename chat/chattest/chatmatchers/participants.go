package chatmatchers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat"
)

// HaveParticipants succeeds if a thread, a *chat.ThreadClient or []chat.Participant, has these participants and no others, in any order.
// Duplicates are ignored.
func HaveParticipants(who ...chat.Identifier) types.GomegaMatcher {
	return &participants{wanted: who}
}

// participants is the matcher with its latest findings.
type participants struct {
	wanted []chat.Identifier
	found  []chat.Participant
}

func (m *participants) Match(actual any) (bool, error) {
	found, err := read(actual, func(t *chat.ThreadClient) *chat.Pager[chat.Participant] { return t.ListParticipants(nil) })
	if err != nil {
		return false, fmt.Errorf("HaveParticipants: %w", err)
	}
	m.found = found
	return !slices.ContainsFunc(m.wanted, m.missing) && !slices.ContainsFunc(m.found, m.unwanted), nil
}

func (m *participants) missing(who chat.Identifier) bool {
	return !slices.ContainsFunc(m.found, func(p chat.Participant) bool { return p.Identifier == who })
}

func (m *participants) unwanted(p chat.Participant) bool {
	return !slices.Contains(m.wanted, p.Identifier)
}

// FailureMessage lists the participants, marks the unexpected ones, and lists the missing ones.
func (m *participants) FailureMessage(any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Expected the thread to have %d participants\nbut it has %d:", len(m.wanted), len(m.found))
	b.WriteString(list(m.found, func(p chat.Participant) string {
		if m.unwanted(p) {
			return person(p) + ", not expected"
		}
		return person(p)
	}))
	for _, who := range m.wanted {
		if m.missing(who) {
			fmt.Fprintf(&b, "\n%s is missing", rawID(who))
		}
	}
	return b.String()
}

func (m *participants) NegatedFailureMessage(any) string {
	return "Expected the thread not to have just these participants:" + list(m.found, person)
}

func person(p chat.Participant) string {
	if p.DisplayName == "" {
		return rawID(p.Identifier)
	}
	return fmt.Sprintf("%s %q", rawID(p.Identifier), p.DisplayName)
}
