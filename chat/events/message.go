package events

import "github.com/acschat/acs-chat-go/chat"

// MessageReceived is a new message of a user. All participants are told, the sender too. Messages of the service, such as those about
// the topic, are not events.
//
// Message has no SequenceID. Header.Version is its version and Header.Time when it was created.
type MessageReceived struct {
	Header

	Message chat.Message
}

// Kind is [KindMessageReceived].
func (MessageReceived) Kind() Kind { return KindMessageReceived }

// MessageEdited is a message whose content or metadata was changed. All participants are told, the sender too.
//
// Message is the whole message as it is now, without SequenceID. Header.Version is its version and Header.Time when it was edited.
type MessageEdited struct {
	Header

	Message chat.Message
}

// Kind is [KindMessageEdited].
func (MessageEdited) Kind() Kind { return KindMessageEdited }

// MessageDeleted is a message that was deleted. All participants are told, the sender too.
//
// Message is what is left of it, without SequenceID: it has no content and no metadata. Header.Version is its version and Header.Time
// when it was deleted.
type MessageDeleted struct {
	Header

	Message chat.Message
}

// Kind is [KindMessageDeleted].
func (MessageDeleted) Kind() Kind { return KindMessageDeleted }
