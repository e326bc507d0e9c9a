package events

import "github.com/acschat/acs-chat-go/chat"

// TypingIndicatorReceived reports that a user is typing. All participants receive it, including that user, unless the thread has more than
// 20 participants.
type TypingIndicatorReceived struct {
	Header

	// Sender is the user who is typing.
	Sender chat.Identifier
	// SenderDisplayName is the name that the sender passed with the typing notification, often "".
	SenderDisplayName string
}

// Kind is [KindTypingIndicatorReceived].
func (e TypingIndicatorReceived) Kind() Kind { return KindTypingIndicatorReceived }

func (e TypingIndicatorReceived) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e TypingIndicatorReceived) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Sender, w.SenderDisplayName = identifierJSON{e.Sender}, e.SenderDisplayName
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *TypingIndicatorReceived) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// ReadReceiptReceived reports up to which message a user has read. All participants except the reader receive it, unless the thread has
// more than 20 participants.
type ReadReceiptReceived struct {
	Header

	Receipt chat.ReadReceipt
}

// Kind is [KindReadReceiptReceived].
func (e ReadReceiptReceived) Kind() Kind { return KindReadReceiptReceived }

func (e ReadReceiptReceived) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ReadReceiptReceived) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Receipt = e.Receipt
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ReadReceiptReceived) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
