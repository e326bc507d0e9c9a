package operations

import (
	"slices"
	"time"
)

// The operationIds of the contracts. No stable contract has the last one, whose name is ours.
const (
	CreateChatThread           = "Chat_CreateChatThread"
	ListChatThreads            = "Chat_ListChatThreads"
	DeleteChatThread           = "Chat_DeleteChatThread"
	GetChatThreadProperties    = "ChatThread_GetChatThreadProperties"
	UpdateChatThreadProperties = "ChatThread_UpdateChatThreadProperties"
	SendChatMessage            = "ChatThread_SendChatMessage"
	ListChatMessages           = "ChatThread_ListChatMessages"
	GetChatMessage             = "ChatThread_GetChatMessage"
	UpdateChatMessage          = "ChatThread_UpdateChatMessage"
	DeleteChatMessage          = "ChatThread_DeleteChatMessage"
	ListChatParticipants       = "ChatThread_ListChatParticipants"
	AddChatParticipants        = "ChatThread_AddChatParticipants"
	RemoveChatParticipant      = "ChatThread_RemoveChatParticipant"
	SendTypingNotification     = "ChatThread_SendTypingNotification"
	ListChatReadReceipts       = "ChatThread_ListChatReadReceipts"
	SendChatReadReceipt        = "ChatThread_SendChatReadReceipt"

	CreateIdentity                 = "CommunicationIdentity_Create"
	DeleteIdentity                 = "CommunicationIdentity_Delete"
	RevokeAccessTokens             = "CommunicationIdentity_RevokeAccessTokens"
	IssueAccessToken               = "CommunicationIdentity_IssueAccessToken"
	ExchangeTeamsUserToken         = "CommunicationIdentity_ExchangeTeamsUserAccessToken"
	ExchangeTeamsExtensionToken    = "TeamsExtensionToken_Exchange"
	GetTeamsExtensionAssignment    = "TeamsExtensionAssignment_Get"
	UpsertTeamsExtensionAssignment = "TeamsExtensionAssignment_Upsert"
	DeleteTeamsExtensionAssignment = "TeamsExtensionAssignment_Delete"
	ExchangeEntraToken             = "Entra_Exchange"
)

// The scopes of user tokens that allow operations of chat.
const (
	chat            = "chat"
	chatJoin        = "chat.join"
	chatJoinLimited = "chat.join.limited"
)

// table has a row for each operation. The rates are those of
// https://learn.microsoft.com/azure/communication-services/concepts/service-limits. None are published for assignments.
var table = []Operation{
	{
		ID: CreateChatThread, Pattern: "POST /chat/threads", Name: "create a thread",
		Scopes: []string{chat}, Versions: ChatVersions(),
		Rates: slices.Concat(
			rates("create threads", User, 10, 0),
			rates("create threads", Resource, 0, 3000),
		),
	},
	{
		ID: ListChatThreads, Pattern: "GET /chat/threads", Name: "list threads",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: rates("get and list threads", User, 50, 0),
	},
	{
		ID: DeleteChatThread, Pattern: "DELETE /chat/threads/{chatThreadId}", Name: "delete a thread",
		Scopes: []string{chat}, Versions: ChatVersions(),
		Rates: rates("delete threads", User, 10, 0),
	},
	{
		ID: GetChatThreadProperties, Pattern: "GET /chat/threads/{chatThreadId}", Name: "get thread properties",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: rates("get and list threads", User, 50, 0),
	},
	{
		ID: UpdateChatThreadProperties, Pattern: "PATCH /chat/threads/{chatThreadId}", Name: "update thread properties",
		Scopes: []string{chat}, Versions: ChatVersions(),
		Rates: rates("update threads", Thread, 5, 0),
	},
	{
		ID: SendChatMessage, Pattern: "POST /chat/threads/{chatThreadId}/messages", Name: "send a message",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: rates("send, update and delete messages", Thread, 10, 30),
	},
	{
		ID: ListChatMessages, Pattern: "GET /chat/threads/{chatThreadId}/messages", Name: "list messages",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: slices.Concat(
			rates("list messages", UserAndThread, 50, 200),
			rates("list messages", Thread, 250, 400),
		),
	},
	{
		ID: GetChatMessage, Pattern: "GET /chat/threads/{chatThreadId}/messages/{chatMessageId}", Name: "get a message",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: slices.Concat(
			rates("get messages", UserAndThread, 50, 0),
			rates("get messages", Thread, 250, 0),
		),
	},
	{
		ID: UpdateChatMessage, Pattern: "PATCH /chat/threads/{chatThreadId}/messages/{chatMessageId}", Name: "update a message",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: rates("send, update and delete messages", Thread, 10, 30),
	},
	{
		ID: DeleteChatMessage, Pattern: "DELETE /chat/threads/{chatThreadId}/messages/{chatMessageId}",
		Name:   "delete a message",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: rates("send, update and delete messages", Thread, 10, 30),
	},
	{
		ID: ListChatParticipants, Pattern: "GET /chat/threads/{chatThreadId}/participants", Name: "list participants",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: slices.Concat(
			rates("list participants", UserAndThread, 10, 0),
			rates("list participants", Thread, 250, 0),
		),
	},
	{
		ID: AddChatParticipants, Pattern: "POST /chat/threads/{chatThreadId}/participants/:add", Name: "add participants",
		Scopes: []string{chat, chatJoin}, Versions: ChatVersions(),
		Rates: slices.Concat(
			rates("add and remove participants", Thread, 10, 30),
			rates("add participants", Resource, 0, 3000),
		),
	},
	{
		ID: RemoveChatParticipant, Pattern: "POST /chat/threads/{chatThreadId}/participants/:remove", Name: "remove a participant",
		Scopes: []string{chat, chatJoin}, Versions: ChatVersions(),
		Rates: rates("add and remove participants", Thread, 10, 30),
	},
	{
		ID: SendTypingNotification, Pattern: "POST /chat/threads/{chatThreadId}/typing", Name: "send a typing notification",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions()[1:],
		Rates: slices.Concat(
			rates("send typing notifications", UserAndThread, 5, 15),
			rates("send typing notifications", Thread, 10, 30),
		),
	},
	{
		ID: ListChatReadReceipts, Pattern: "GET /chat/threads/{chatThreadId}/readReceipts", Name: "list read receipts",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: slices.Concat(
			rates("list read receipts", UserAndThread, 5, 0),
			rates("list read receipts", Thread, 100, 0),
		),
	},
	{
		ID: SendChatReadReceipt, Pattern: "POST /chat/threads/{chatThreadId}/readReceipts", Name: "send a read receipt",
		Scopes: []string{chat, chatJoin, chatJoinLimited}, Versions: ChatVersions(),
		Rates: rates("send read receipts", UserAndThread, 10, 30),
	},
	{
		ID: CreateIdentity, Pattern: "POST /identities", Name: "create a user",
		Versions: IdentityVersions(),
		Rates:    inHalfAMinute("create users", 1000),
	},
	{
		ID: DeleteIdentity, Pattern: "DELETE /identities/{id}", Name: "delete a user",
		Versions: IdentityVersions(),
		Rates:    inHalfAMinute("delete users", 500),
	},
	{
		ID: RevokeAccessTokens, Pattern: "POST /identities/{id}/:revokeAccessTokens", Name: "revoke the tokens of a user",
		Versions: IdentityVersions(),
		Rates:    inHalfAMinute("revoke tokens", 500),
	},
	{
		ID: IssueAccessToken, Pattern: "POST /identities/{id}/:issueAccessToken", Name: "issue a token",
		Versions: IdentityVersions(),
		Rates:    inHalfAMinute("issue tokens", 1000),
	},
	{
		ID: ExchangeTeamsUserToken, Pattern: "POST /teamsUser/:exchangeAccessToken", Name: "exchange the token of a Teams user",
		Versions: teamsUserVersions(),
		Rates:    inHalfAMinute("exchange tokens", 500),
	},
	{
		ID: ExchangeTeamsExtensionToken, Pattern: "POST /access/teamsExtension/:exchangeAccessToken", Name: "exchange a token for the Teams extension",
		Versions: teamsExtensionVersions(),
		Rates:    inHalfAMinute("exchange tokens", 500),
	},
	{
		ID: GetTeamsExtensionAssignment, Pattern: "GET /access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		Name:     "get an assignment",
		Versions: teamsExtensionVersions(),
	},
	{
		ID: UpsertTeamsExtensionAssignment, Pattern: "PUT /access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		Name:     "create or replace an assignment",
		Versions: teamsExtensionVersions(),
	},
	{
		ID: DeleteTeamsExtensionAssignment, Pattern: "DELETE /access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		Name:     "delete an assignment",
		Versions: teamsExtensionVersions(),
	},
	{
		ID: ExchangeEntraToken, Pattern: "POST /access/entra/:exchangeAccessToken", Name: "exchange an Entra token",
		Versions: []string{"2025-03-02-preview"},
		Rates:    inHalfAMinute("exchange tokens", 500),
	},
}

// rates are limits as those of chat are published: for windows of ten seconds and of a minute, 0 for none.
func rates(counter string, scope Scope, inTenSeconds, inAMinute int) (rates []Rate) {
	if inTenSeconds > 0 {
		rates = append(rates, Rate{counter, scope, inTenSeconds, 10 * time.Second})
	}
	if inAMinute > 0 {
		rates = append(rates, Rate{counter, scope, inAMinute, time.Minute})
	}
	return rates
}

// inHalfAMinute is a limit as those of the identity API are published.
func inHalfAMinute(counter string, most int) []Rate {
	return []Rate{{counter, Resource, most, 30 * time.Second}}
}
