package events

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Event is something that happened in a thread: a [MessageReceived], [MessageEdited], [MessageDeleted], [TypingIndicatorReceived],
// [ReadReceiptReceived], [ThreadCreated], [ThreadPropertiesUpdated], [ThreadDeleted], [ParticipantsAdded], [ParticipantsRemoved],
// [Gap] or [Unknown], and nothing else. Pass the value, not a pointer to it.
type Event interface {
	// EventHeader returns what events of all kinds have.
	EventHeader() Header
	// Kind names the kind.
	Kind() Kind

	sealed()
}

// Header is what events of all kinds have, as far as the source of the event says it. What it does not say is zero.
type Header struct {
	// ThreadID is the thread in which the event happened. It is empty on a [Gap], which concerns every thread.
	ThreadID string
	// Time is when it happened, by the clock of the service. Of a [Gap] it is when the gap was found, by the clock of this process.
	Time time.Time
	// Version is a decimal number: the version of the message, of the thread or of the receipt after the event. Versions of a thread
	// grow. It is empty on a [Gap].
	Version string
	// Recipient is the user whom the service told of the event. It is nil where the event is told to no particular user.
	Recipient chat.Identifier
}

// EventHeader returns h.
func (h Header) EventHeader() Header { return h }

func (Header) sealed() {}

// Kind is a kind of [Event]. The kinds that the service sends have the service's names.
type Kind string

// The kinds of events.
const (
	KindMessageReceived         Kind = "chatMessageReceived"
	KindMessageEdited           Kind = "chatMessageEdited"
	KindMessageDeleted          Kind = "chatMessageDeleted"
	KindTypingIndicatorReceived Kind = "typingIndicatorReceived"
	KindReadReceiptReceived     Kind = "readReceiptReceived"
	KindThreadCreated           Kind = "chatThreadCreated"
	KindThreadPropertiesUpdated Kind = "chatThreadPropertiesUpdated"
	KindThreadDeleted           Kind = "chatThreadDeleted"
	KindParticipantsAdded       Kind = "participantsAdded"
	KindParticipantsRemoved     Kind = "participantsRemoved"

	KindGap     Kind = "gap"     // of this library
	KindUnknown Kind = "unknown" // of this library
)

// Kinds returns the kinds of which the service tells users, in the order above: all but [KindGap] and [KindUnknown].
func Kinds() []Kind {
	return []Kind{
		KindMessageReceived, KindMessageEdited, KindMessageDeleted, KindTypingIndicatorReceived, KindReadReceiptReceived,
		KindThreadCreated, KindThreadPropertiesUpdated, KindThreadDeleted, KindParticipantsAdded, KindParticipantsRemoved,
	}
}
