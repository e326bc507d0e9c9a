package events

import "github.com/acschat/acs-chat-go/chat"

// TypingIndicatorReceived says that a user is typing. All participants are told, the one who types too, unless the thread has more than
// 20 participants.
type TypingIndicatorReceived struct {
	Header

	// Sender is who types.
	Sender chat.Identifier
	// SenderDisplayName is the name given with the typing notification, often "".
	SenderDisplayName string
}

// Kind is [KindTypingIndicatorReceived].
func (TypingIndicatorReceived) Kind() Kind { return KindTypingIndicatorReceived }

// ReadReceiptReceived says up to which message a user has read. All participants but the reader are told, unless the thread has more
// than 20 participants.
type ReadReceiptReceived struct {
	Header

	Receipt chat.ReadReceipt
}

// Kind is [KindReadReceiptReceived].
func (ReadReceiptReceived) Kind() Kind { return KindReadReceiptReceived }
