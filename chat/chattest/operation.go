package chattest

import "slices"

// Operation names an operation of the chat API by its operationId in the contract.
type Operation string

// The operations of the contract.
const (
	CreateChatThread           Operation = "Chat_CreateChatThread"
	ListChatThreads            Operation = "Chat_ListChatThreads"
	DeleteChatThread           Operation = "Chat_DeleteChatThread"
	GetChatThreadProperties    Operation = "ChatThread_GetChatThreadProperties"
	UpdateChatThreadProperties Operation = "ChatThread_UpdateChatThreadProperties"
	SendChatMessage            Operation = "ChatThread_SendChatMessage"
	ListChatMessages           Operation = "ChatThread_ListChatMessages"
	GetChatMessage             Operation = "ChatThread_GetChatMessage"
	UpdateChatMessage          Operation = "ChatThread_UpdateChatMessage"
	DeleteChatMessage          Operation = "ChatThread_DeleteChatMessage"
	ListChatParticipants       Operation = "ChatThread_ListChatParticipants"
	AddChatParticipants        Operation = "ChatThread_AddChatParticipants"
	RemoveChatParticipant      Operation = "ChatThread_RemoveChatParticipant"
	SendTypingNotification     Operation = "ChatThread_SendTypingNotification"
	ListChatReadReceipts       Operation = "ChatThread_ListChatReadReceipts"
	SendChatReadReceipt        Operation = "ChatThread_SendChatReadReceipt"

	// Any stands for every operation, and for requests that are none.
	Any Operation = "*"
)

// operationOf names the operation behind a pattern of the generated router. It is empty for any other pattern.
func operationOf(pattern string) Operation {
	switch pattern {
	case "POST /chat/threads":
		return CreateChatThread
	case "GET /chat/threads":
		return ListChatThreads
	case "DELETE /chat/threads/{chatThreadId}":
		return DeleteChatThread
	case "GET /chat/threads/{chatThreadId}":
		return GetChatThreadProperties
	case "PATCH /chat/threads/{chatThreadId}":
		return UpdateChatThreadProperties
	case "POST /chat/threads/{chatThreadId}/messages":
		return SendChatMessage
	case "GET /chat/threads/{chatThreadId}/messages":
		return ListChatMessages
	case "GET /chat/threads/{chatThreadId}/messages/{chatMessageId}":
		return GetChatMessage
	case "PATCH /chat/threads/{chatThreadId}/messages/{chatMessageId}":
		return UpdateChatMessage
	case "DELETE /chat/threads/{chatThreadId}/messages/{chatMessageId}":
		return DeleteChatMessage
	case "GET /chat/threads/{chatThreadId}/participants":
		return ListChatParticipants
	case "POST /chat/threads/{chatThreadId}/participants/:add":
		return AddChatParticipants
	case "POST /chat/threads/{chatThreadId}/participants/:remove":
		return RemoveChatParticipant
	case "POST /chat/threads/{chatThreadId}/typing":
		return SendTypingNotification
	case "GET /chat/threads/{chatThreadId}/readReceipts":
		return ListChatReadReceipts
	case "POST /chat/threads/{chatThreadId}/readReceipts":
		return SendChatReadReceipt
	}
	return ""
}

// allowedBy reports whether a token with these scopes opens the operation.
func (o Operation) allowedBy(scopes []string) bool {
	if slices.Contains(scopes, "chat") {
		return true
	}
	switch o {
	case CreateChatThread, UpdateChatThreadProperties, DeleteChatThread:
		return false
	case AddChatParticipants, RemoveChatParticipant:
		return slices.Contains(scopes, "chat.join")
	}
	return slices.Contains(scopes, "chat.join") || slices.Contains(scopes, "chat.join.limited")
}
