package events

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Event is an event of a thread: a [MessageReceived], [MessageEdited], [MessageDeleted], [TypingIndicatorReceived], [ReadReceiptReceived],
// [ThreadCreated], [ThreadPropertiesUpdated], [ThreadDeleted], [ParticipantsAdded], [ParticipantsRemoved], [BotCommandReceived],
// [UserDisconnected], [Gap] or [Unknown], and nothing else. Pass the value, not a pointer to it.
type Event interface {
	// EventHeader returns the fields that all kinds have.
	EventHeader() Header
	// Kind returns the kind.
	Kind() Kind

	withHeader(Header) Event
}

// Header contains the fields of all kinds. Fields that the source of the event does not set are zero.
type Header struct {
	// ID identifies the event among the events of Event Grid. A second delivery of the same event has the same ID, and the events of other
	// recipients and levels have other IDs. It is empty for events that were received in real time.
	ID string
	// Level tells whether Event Grid published the event once for each user or once for the thread. It is empty for events that were
	// received in real time, and for those that concern no thread.
	Level Level
	// Subject is the subject of the event in Event Grid, such as "thread/19:…@thread.v2/sender/8:acs:…". It is empty for events that were
	// received in real time.
	Subject string
	// ThreadID is the thread in which the event happened. It is empty on a [Gap], which concerns every thread, and on a [UserDisconnected].
	ThreadID string
	// Time is the time of the event by the clock of the service. For a [Gap] it is the time at which the gap was found, by the clock of this
	// process.
	Time time.Time
	// Version is a decimal number: the version of the message, of the thread or of the receipt after the event. Versions of a thread increase.
	// It is empty on a [Gap] and on a [UserDisconnected].
	Version string
	// Recipient is the user to whom the service sent the event. It is nil if the event is for no particular user, as those of
	// [LevelThread].
	Recipient chat.Identifier
}

// EventHeader returns h.
func (h Header) EventHeader() Header { return h }

// Level is the level on which Event Grid publishes an event. Most events are published on both: a subscription selects them by their types.
//
// Who receives an event according to the comments of the kinds holds for real time, in which the user who caused it receives it, too. Event
// Grid publishes no event of LevelUser for that user.
type Level string

// The levels of events.
const (
	LevelUser   Level = "user"   // once for each participant except the one who caused it
	LevelThread Level = "thread" // once for the thread
)

// WithHeader returns the event with another header. The event itself is unchanged.
func WithHeader(event Event, header Header) Event { return event.withHeader(header) }

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

	KindBotCommandReceived Kind = "chatAzureBotCommandReceived" // by Event Grid only
	KindUserDisconnected   Kind = "userDisconnected"            // by Event Grid only

	KindGap     Kind = "gap"     // added by this library
	KindUnknown Kind = "unknown" // added by this library
)

// Kinds returns the kinds that the service sends to the participants of a thread, in the order above: all except [KindBotCommandReceived]
// and [KindUserDisconnected], which only Event Grid delivers, and [KindGap] and [KindUnknown]. [EventTypes] lists those of Event Grid.
func Kinds() []Kind {
	return []Kind{
		KindMessageReceived, KindMessageEdited, KindMessageDeleted, KindTypingIndicatorReceived, KindReadReceiptReceived,
		KindThreadCreated, KindThreadPropertiesUpdated, KindThreadDeleted, KindParticipantsAdded, KindParticipantsRemoved,
	}
}
