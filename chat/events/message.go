package events

import "github.com/acschat/acs-chat-go/chat"

// MessageReceived is a new message of a user. All participants receive it, including the sender. Messages of the service, such as those
// about the topic, cause no event.
//
// Message has no SequenceID. Header.Version is its version and Header.Time when it was created.
type MessageReceived struct {
	Header

	Message chat.Message
}

// Kind is [KindMessageReceived].
func (e MessageReceived) Kind() Kind { return KindMessageReceived }

func (e MessageReceived) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e MessageReceived) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Message = e.Message
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *MessageReceived) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// MessageEdited is a message whose content or metadata was changed. All participants receive it, including the sender.
//
// Message is the whole message after the edit, without SequenceID. Header.Version is its version and Header.Time when it was edited.
type MessageEdited struct {
	Header

	Message chat.Message
}

// Kind is [KindMessageEdited].
func (e MessageEdited) Kind() Kind { return KindMessageEdited }

func (e MessageEdited) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e MessageEdited) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Message = e.Message
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *MessageEdited) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// MessageDeleted is a message that was deleted. All participants receive it, including the sender.
//
// Message is the deleted message, without content, metadata and SequenceID. Header.Version is its version and Header.Time when it was
// deleted.
type MessageDeleted struct {
	Header

	Message chat.Message
}

// Kind is [KindMessageDeleted].
func (e MessageDeleted) Kind() Kind { return KindMessageDeleted }

func (e MessageDeleted) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e MessageDeleted) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Message = e.Message
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *MessageDeleted) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
