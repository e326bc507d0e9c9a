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
	there  []chat.Participant
}

func (m *participants) Match(actual any) (bool, error) {
	there, err := read(actual, func(t *chat.ThreadClient) *chat.Pager[chat.Participant] { return t.ListParticipants(nil) })
	if err != nil {
		return false, fmt.Errorf("HaveParticipants: %w", err)
	}
	m.there = there
	return !slices.ContainsFunc(m.wanted, m.missing) && !slices.ContainsFunc(m.there, m.unwanted), nil
}

func (m *participants) missing(who chat.Identifier) bool {
	return !slices.ContainsFunc(m.there, func(p chat.Participant) bool { return p.Identifier == who })
}

func (m *participants) unwanted(p chat.Participant) bool {
	return !slices.Contains(m.wanted, p.Identifier)
}

// FailureMessage lists the participants, says which are not wanted, and lists the missing ones.
func (m *participants) FailureMessage(any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Expected the thread to have %d participants\nbut it has %d:", len(m.wanted), len(m.there))
	b.WriteString(list(m.there, func(p chat.Participant) string {
		if m.unwanted(p) {
			return person(p) + ", who is not wanted"
		}
		return person(p)
	}))
	for _, who := range m.wanted {
		if m.missing(who) {
			fmt.Fprintf(&b, "\n%s is missing", who.RawID())
		}
	}
	return b.String()
}

func (m *participants) NegatedFailureMessage(any) string {
	return "Expected the thread not to have just these participants:" + list(m.there, person)
}

func person(p chat.Participant) string {
	if p.DisplayName == "" {
		return rawID(p.Identifier)
	}
	return fmt.Sprintf("%s %q", rawID(p.Identifier), p.DisplayName)
}
