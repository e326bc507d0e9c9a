package chatapi_test

import (
	"reflect"

	"github.com/acschat/acs-chat-go/gen/chatapi"
	"github.com/acschat/acs-chat-go/gen/internal/contract"
)

// published is what Microsoft has published of the contract.
var published = contract.Contract{
	File:       "../../api/chat.yaml",
	Version:    "2025-03-15",
	Operations: operations,
	Schemas:    schemas,
	Enums:      enums,
	Server:     reflect.TypeFor[chatapi.ServerInterface](),
	Models:     models,
}

var operations = map[string]contract.Operation{
	"Chat_CreateChatThread": {
		Method: "POST", Path: "/chat/threads",
		Parameters: "api-version! string, header repeatability-request-id string",
		Body:       "application/json CreateChatThreadRequest!",
		Success:    "201 application/json CreateChatThreadResult",
	},
	"Chat_ListChatThreads": {
		Method: "GET", Path: "/chat/threads",
		Parameters: "api-version! string, maxPageSize int32, startTime date-time",
		Success:    "200 application/json ChatThreadsItemCollection",
	},
	"Chat_DeleteChatThread": {
		Method: "DELETE", Path: "/chat/threads/{chatThreadId}",
		Parameters: "api-version! string, path chatThreadId! string",
		Success:    "204",
	},
	"ChatThread_GetChatThreadProperties": {
		Method: "GET", Path: "/chat/threads/{chatThreadId}",
		Parameters: "api-version! string, path chatThreadId! string",
		Success:    "200 application/json ChatThreadProperties",
	},
	"ChatThread_UpdateChatThreadProperties": {
		Method: "PATCH", Path: "/chat/threads/{chatThreadId}",
		Parameters: "api-version! string, path chatThreadId! string",
		Body:       "application/merge-patch+json UpdateChatThreadRequest!",
		Success:    "204",
	},
	"ChatThread_SendChatMessage": {
		Method: "POST", Path: "/chat/threads/{chatThreadId}/messages",
		Parameters: "api-version! string, path chatThreadId! string",
		Body:       "application/json SendChatMessageRequest!",
		Success:    "201 application/json SendChatMessageResult",
	},
	"ChatThread_ListChatMessages": {
		Method: "GET", Path: "/chat/threads/{chatThreadId}/messages",
		Parameters: "api-version! string, path chatThreadId! string, maxPageSize int32, startTime date-time",
		Success:    "200 application/json ChatMessagesCollection",
	},
	"ChatThread_GetChatMessage": {
		Method: "GET", Path: "/chat/threads/{chatThreadId}/messages/{chatMessageId}",
		Parameters: "api-version! string, path chatThreadId! string, path chatMessageId! string",
		Success:    "200 application/json ChatMessage",
	},
	"ChatThread_UpdateChatMessage": {
		Method: "PATCH", Path: "/chat/threads/{chatThreadId}/messages/{chatMessageId}",
		Parameters: "api-version! string, path chatThreadId! string, path chatMessageId! string",
		Body:       "application/merge-patch+json UpdateChatMessageRequest!",
		Success:    "204",
	},
	"ChatThread_DeleteChatMessage": {
		Method: "DELETE", Path: "/chat/threads/{chatThreadId}/messages/{chatMessageId}",
		Parameters: "api-version! string, path chatThreadId! string, path chatMessageId! string",
		Success:    "204",
	},
	"ChatThread_ListChatParticipants": {
		Method: "GET", Path: "/chat/threads/{chatThreadId}/participants",
		Parameters: "api-version! string, path chatThreadId! string, maxPageSize int32, skip int32",
		Success:    "200 application/json ChatParticipantsCollection",
	},
	"ChatThread_AddChatParticipants": {
		Method: "POST", Path: "/chat/threads/{chatThreadId}/participants/:add",
		Parameters: "api-version! string, path chatThreadId! string",
		Body:       "application/json AddChatParticipantsRequest!",
		Success:    "201 application/json AddChatParticipantsResult",
	},
	"ChatThread_RemoveChatParticipant": {
		Method: "POST", Path: "/chat/threads/{chatThreadId}/participants/:remove",
		Parameters: "api-version! string, path chatThreadId! string",
		Body:       "application/json, application/merge-patch+json CommunicationIdentifierModel!",
		Success:    "204",
	},
	"ChatThread_SendTypingNotification": {
		Method: "POST", Path: "/chat/threads/{chatThreadId}/typing",
		Parameters: "api-version! string, path chatThreadId! string",
		Body:       "application/json SendTypingNotificationRequest",
		Success:    "200",
	},
	"ChatThread_ListChatReadReceipts": {
		Method: "GET", Path: "/chat/threads/{chatThreadId}/readReceipts",
		Parameters: "api-version! string, path chatThreadId! string, maxPageSize int32, skip int32",
		Success:    "200 application/json ChatMessageReadReceiptsCollection",
	},
	"ChatThread_SendChatReadReceipt": {
		Method: "POST", Path: "/chat/threads/{chatThreadId}/readReceipts",
		Parameters: "api-version! string, path chatThreadId! string",
		Body:       "application/json SendReadReceiptRequest!",
		Success:    "200",
	},
}

// schemas has all of them but the enumerations.
var schemas = map[string][]string{
	"CreateChatThreadRequest": {"topic! string", "participants []ChatParticipant",
		"metadata map[string]string", "retentionPolicy ChatRetentionPolicy"},
	"UpdateChatThreadRequest": {"topic string", "metadata map[string]string",
		"retentionPolicy ChatRetentionPolicy"},
	"SendChatMessageRequest": {"content! string", "senderDisplayName string", "type ChatMessageType",
		"metadata map[string]string"},
	"UpdateChatMessageRequest":      {"content string", "metadata map[string]string"},
	"AddChatParticipantsRequest":    {"participants! []ChatParticipant"},
	"SendReadReceiptRequest":        {"chatMessageId! string"},
	"SendTypingNotificationRequest": {"senderDisplayName string"},

	"ChatThreadProperties": {"id! string", "topic! string", "createdOn! date-time",
		"createdByCommunicationIdentifier! CommunicationIdentifierModel", "deletedOn date-time",
		"metadata map[string]string", "retentionPolicy ChatRetentionPolicy"},
	"CreateChatThreadResult": {"chatThread ChatThreadProperties",
		"invalidParticipants []CommunicationError readOnly"},
	"ChatThreadItem": {"id! string", "topic! string", "deletedOn date-time",
		"lastMessageReceivedOn date-time readOnly"},
	"ChatThreadsItemCollection": {"value! []ChatThreadItem", "nextLink string readOnly"},
	"SendChatMessageResult":     {"id! string"},
	"ChatMessage": {"id! string", "type! ChatMessageType", "sequenceId! string", "version! string",
		"content ChatMessageContent", "senderDisplayName string", "createdOn! date-time",
		"senderCommunicationIdentifier CommunicationIdentifierModel", "deletedOn date-time", "editedOn date-time",
		"metadata map[string]string"},
	"ChatMessageContent": {"message string", "topic string", "participants []ChatParticipant",
		"attachments []ChatAttachment", "initiatorCommunicationIdentifier CommunicationIdentifierModel"},
	"ChatMessagesCollection": {"value! []ChatMessage", "nextLink string readOnly"},
	"ChatAttachment": {"id! string", "attachmentType! ChatAttachmentType", "name string", "url uri",
		"previewUrl uri"},
	"ChatParticipant": {"communicationIdentifier! CommunicationIdentifierModel", "displayName string",
		"shareHistoryTime date-time", "metadata map[string]string"},
	"ChatParticipantsCollection": {"value! []ChatParticipant", "nextLink string readOnly"},
	"AddChatParticipantsResult":  {"invalidParticipants []CommunicationError readOnly"},
	"ChatMessageReadReceipt": {"senderCommunicationIdentifier! CommunicationIdentifierModel",
		"chatMessageId! string", "readOn! date-time"},
	"ChatMessageReadReceiptsCollection": {"value! []ChatMessageReadReceipt", "nextLink string readOnly"},

	"ChatRetentionPolicy":               {"kind! string"},
	"ThreadCreationDateRetentionPolicy": {"all of ChatRetentionPolicy", "deleteThreadAfterDays! int32"},
	"NoneRetentionPolicy":               {"all of ChatRetentionPolicy"},

	"CommunicationIdentifierModel": {"kind CommunicationIdentifierModelKind", "rawId string",
		"communicationUser CommunicationUserIdentifierModel", "phoneNumber PhoneNumberIdentifierModel",
		"microsoftTeamsUser MicrosoftTeamsUserIdentifierModel", "microsoftTeamsApp MicrosoftTeamsAppIdentifierModel",
		"teamsExtensionUser TeamsExtensionUserIdentifierModel"},
	"CommunicationUserIdentifierModel": {"id! string"},
	"PhoneNumberIdentifierModel":       {"value! string", "isAnonymous boolean", "assertedId string"},
	"MicrosoftTeamsUserIdentifierModel": {"userId! string", "isAnonymous boolean",
		"cloud CommunicationCloudEnvironmentModel"},
	"MicrosoftTeamsAppIdentifierModel": {"appId! string", "cloud CommunicationCloudEnvironmentModel"},
	"TeamsExtensionUserIdentifierModel": {"userId! string", "tenantId! string", "resourceId! string",
		"cloud CommunicationCloudEnvironmentModel"},
	"CommunicationCloudEnvironment": {"all of CommunicationCloudEnvironmentModel"},

	"CommunicationErrorResponse": {"error! CommunicationError"},
	"CommunicationError": {"code! string", "message! string", "target string readOnly",
		"details []CommunicationError readOnly", "innererror CommunicationError readOnly"},
}

var enums = map[string][]any{
	"ChatMessageType":     {"text", "html", "topicUpdated", "participantAdded", "participantRemoved"},
	"ChatAttachmentType":  {"image", "file"},
	"RetentionPolicyKind": {"threadCreationDate", "none"},
	"CommunicationIdentifierModelKind": {"unknown", "communicationUser", "phoneNumber", "microsoftTeamsUser",
		"microsoftTeamsApp", "teamsExtensionUser"},
	"CommunicationCloudEnvironmentModel": {"public", "dod", "gcch"},
}

// models has the Go type of every schema that is a whole body.
var models = map[string]any{
	"CreateChatThreadRequest":           chatapi.CreateChatThreadRequest{},
	"UpdateChatThreadRequest":           chatapi.UpdateChatThreadRequest{},
	"SendChatMessageRequest":            chatapi.SendChatMessageRequest{},
	"UpdateChatMessageRequest":          chatapi.UpdateChatMessageRequest{},
	"AddChatParticipantsRequest":        chatapi.AddChatParticipantsRequest{},
	"CommunicationIdentifierModel":      chatapi.CommunicationIdentifierModel{},
	"SendTypingNotificationRequest":     chatapi.SendTypingNotificationRequest{},
	"SendReadReceiptRequest":            chatapi.SendReadReceiptRequest{},
	"CreateChatThreadResult":            chatapi.CreateChatThreadResult{},
	"ChatThreadsItemCollection":         chatapi.ChatThreadsItemCollection{},
	"ChatThreadProperties":              chatapi.ChatThreadProperties{},
	"SendChatMessageResult":             chatapi.SendChatMessageResult{},
	"ChatMessagesCollection":            chatapi.ChatMessagesCollection{},
	"ChatMessage":                       chatapi.ChatMessage{},
	"ChatParticipantsCollection":        chatapi.ChatParticipantsCollection{},
	"AddChatParticipantsResult":         chatapi.AddChatParticipantsResult{},
	"ChatMessageReadReceiptsCollection": chatapi.ChatMessageReadReceiptsCollection{},
	"CommunicationErrorResponse":        chatapi.CommunicationErrorResponse{},
}
