package events

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Event is an event of a thread: a [MessageReceived], [MessageEdited], [MessageDeleted], [TypingIndicatorReceived], [ReadReceiptReceived],
// [ThreadCreated], [ThreadPropertiesUpdated], [ThreadDeleted], [ParticipantsAdded], [ParticipantsRemoved], [Gap] or [Unknown], and nothing
// else. Pass the value, not a pointer to it.
type Event interface {
	// EventHeader returns the fields that all kinds have.
	EventHeader() Header
	// Kind returns the kind.
	Kind() Kind

	sealed()
}

// Header contains the fields of all kinds. Fields that the source of the event does not set are zero.
type Header struct {
	// ThreadID is the thread in which the event happened. It is empty on a [Gap], which concerns every thread.
	ThreadID string
	// Time is the time of the event by the clock of the service. For a [Gap] it is the time at which the gap was found, by the clock of this
	// process.
	Time time.Time
	// Version is a decimal number: the version of the message, of the thread or of the receipt after the event. Versions of a thread increase.
	// It is empty on a [Gap].
	Version string
	// Recipient is the user to whom the service sent the event. It is nil if the event is for no particular user.
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

	KindGap     Kind = "gap"     // added by this library
	KindUnknown Kind = "unknown" // added by this library
)

// Kinds returns the kinds that the service sends, in the order above: all except [KindGap] and [KindUnknown].
func Kinds() []Kind {
	return []Kind{
		KindMessageReceived, KindMessageEdited, KindMessageDeleted, KindTypingIndicatorReceived, KindReadReceiptReceived,
		KindThreadCreated, KindThreadPropertiesUpdated, KindThreadDeleted, KindParticipantsAdded, KindParticipantsRemoved,
	}
}
