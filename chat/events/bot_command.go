package events

import "github.com/acschat/acs-chat-go/chat"

// BotCommandReceived is a message with a command for an Azure bot that is a participant of a thread. Only Event Grid delivers it, on
// [LevelThread].
//
// Message is the message with the command. Header.Recipient is the bot; it is nil if the subject of the event does not name it.
// Header.Version is the version of the message and Header.Time when it was created.
type BotCommandReceived struct {
	Header

	Message chat.Message
}

// Kind is [KindBotCommandReceived].
func (e BotCommandReceived) Kind() Kind { return KindBotCommandReceived }

func (e BotCommandReceived) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e BotCommandReceived) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Message = e.Message
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *BotCommandReceived) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
