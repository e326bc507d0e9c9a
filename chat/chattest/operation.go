package chattest

import (
	"slices"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Operation names an operation of the chat or identity API by its operationId in the contract.
type Operation string

// The operations of the chat API.
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

	// Any stands for every operation of both APIs, and for requests that call none.
	Any Operation = "*"
)

// The operations of the identity API. No stable contract has ExchangeEntraToken; its name was chosen for this package.
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

// Operations lists the operations of the chat API and then those of the identity API, in the order of the contracts.
func Operations() []Operation {
	all := operations.All()
	ids := make([]Operation, len(all))
	for i, o := range all {
		ids[i] = Operation(o.ID)
	}
	return ids
}

// Valid reports whether o is [Any], an operation of either API, or one of [RealtimeOperations] or [EventGridOperations].
func (o Operation) Valid() bool {
	_, ok := o.published()
	return ok || o == Any || slices.Contains(RealtimeOperations(), o) || slices.Contains(EventGridOperations(), o)
}

// published returns what the service publishes about the operation. It reports false if o is not an operation of either API.
func (o Operation) published() (operations.Operation, bool) { return operations.ByID(string(o)) }

// supports reports whether the operation exists in an api-version. The push service has no versions.
func (o Operation) supports(version string) bool {
	published, _ := o.published()
	return published.Supports(version) || o.hasSkypeToken() ||
		o == GetRealtimeConfiguration && (version == realtimeConfigurationVersion || slices.Contains(operations.ChatVersions(), version))
}

// allowedBy reports whether a token with these scopes allows the operation. A token that allows reading threads also allows receiving their
// events.
func (o Operation) allowedBy(scopes []string) bool {
	published, ok := o.published()
	if !ok {
		published, _ = ListChatThreads.published()
	}
	return published.AllowedBy(scopes)
}

// operationOf returns the operation for a pattern of the router. It is empty for any other pattern.
func operationOf(pattern string) Operation {
	if o, ok := operations.ByPattern(pattern); ok {
		return Operation(o.ID)
	}
	return realtimeOperationOf(pattern)
}

// lists reports whether the operation is a list, which has pages.
func (o Operation) lists() bool {
	return o == ListChatThreads || o == ListChatMessages || o == ListChatParticipants || o == ListChatReadReceipts
}

// identity reports whether the operation is one of the identity API.
func (o Operation) identity() bool {
	published, ok := o.published()
	return ok && published.Scopes == nil
}
