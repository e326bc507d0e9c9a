package events

import "github.com/acschat/acs-chat-go/chat"

// UserDisconnected reports that the service considers a user disconnected from chat. Only Event Grid delivers it. It concerns no thread:
// Header.Level, ThreadID and Version are empty and Header.Recipient is nil.
type UserDisconnected struct {
	Header

	User chat.Identifier
}

// Kind is [KindUserDisconnected].
func (e UserDisconnected) Kind() Kind { return KindUserDisconnected }

func (e UserDisconnected) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e UserDisconnected) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.User = identifierJSON{e.User}
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *UserDisconnected) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
