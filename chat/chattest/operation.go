package chattest

import (
	"slices"
	"strings"
)

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

	// Any stands for every operation of both APIs, and for requests that are none.
	Any Operation = "*"
)

// The operations of the identity API. No stable contract has the last one, whose name is ours.
const (
	CreateIdentity                 Operation = "CommunicationIdentity_Create"
	DeleteIdentity                 Operation = "CommunicationIdentity_Delete"
	RevokeAccessTokens             Operation = "CommunicationIdentity_RevokeAccessTokens"
	IssueAccessToken               Operation = "CommunicationIdentity_IssueAccessToken"
	ExchangeTeamsUserToken         Operation = "CommunicationIdentity_ExchangeTeamsUserAccessToken"
	ExchangeTeamsExtensionToken    Operation = "TeamsExtensionToken_Exchange"
	GetTeamsExtensionAssignment    Operation = "TeamsExtensionAssignment_Get"
	UpsertTeamsExtensionAssignment Operation = "TeamsExtensionAssignment_Upsert"
	DeleteTeamsExtensionAssignment Operation = "TeamsExtensionAssignment_Delete"
	ExchangeEntraToken             Operation = "Entra_Exchange"
)

// operationOf names the operation behind a pattern of the router. It is empty for any other pattern.
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
	case "POST /identities":
		return CreateIdentity
	case "DELETE /identities/{id}":
		return DeleteIdentity
	case "POST /identities/{id}/:revokeAccessTokens":
		return RevokeAccessTokens
	case "POST /identities/{id}/:issueAccessToken":
		return IssueAccessToken
	case "POST /teamsUser/:exchangeAccessToken":
		return ExchangeTeamsUserToken
	case "POST /access/teamsExtension/:exchangeAccessToken":
		return ExchangeTeamsExtensionToken
	case "GET /access/teamsExtension/tenants/{tenantId}/assignments/{objectId}":
		return GetTeamsExtensionAssignment
	case "PUT /access/teamsExtension/tenants/{tenantId}/assignments/{objectId}":
		return UpsertTeamsExtensionAssignment
	case "DELETE /access/teamsExtension/tenants/{tenantId}/assignments/{objectId}":
		return DeleteTeamsExtensionAssignment
	case entraExchangePattern:
		return ExchangeEntraToken
	}
	return ""
}

// operations lists those of both APIs.
func operations() []Operation {
	return []Operation{
		CreateChatThread, ListChatThreads, DeleteChatThread, GetChatThreadProperties, UpdateChatThreadProperties,
		SendChatMessage, ListChatMessages, GetChatMessage, UpdateChatMessage, DeleteChatMessage,
		ListChatParticipants, AddChatParticipants, RemoveChatParticipant, SendTypingNotification, ListChatReadReceipts, SendChatReadReceipt,
		CreateIdentity, DeleteIdentity, RevokeAccessTokens, IssueAccessToken, ExchangeTeamsUserToken, ExchangeTeamsExtensionToken,
		GetTeamsExtensionAssignment, UpsertTeamsExtensionAssignment, DeleteTeamsExtensionAssignment, ExchangeEntraToken,
	}
}

// Valid reports whether o is [Any] or an operation of either API.
func (o Operation) Valid() bool { return o == Any || slices.Contains(operations(), o) }

// isIdentityPath reports whether a path is one of the identity API, also where that has no operation.
func isIdentityPath(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first == "identities" || first == "teamsUser" || first == "access"
}

// allowedBy reports whether a token with these scopes opens the operation of chat.
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
