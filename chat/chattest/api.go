package chattest

import (
	"net/http"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

var _ chatapi.ServerInterface = chatAPI{}

// chatAPI implements the operations of the contract and sets their success statuses. Requests that reach it are authorized.
type chatAPI struct{}

func (chatAPI) ChatCreateChatThread(w http.ResponseWriter, r *http.Request, params chatapi.ChatCreateChatThreadParams) {
	body, id, err := callOf(r).createThread(params.RepeatabilityRequestID)
	if err == nil {
		w.Header().Set("Location", callOf(r).threadLocation(id))
	}
	answer(w, http.StatusCreated, body, err)
}

func (chatAPI) ChatListChatThreads(w http.ResponseWriter, r *http.Request, params chatapi.ChatListChatThreadsParams) {
	body, err := callOf(r).listThreads(params.MaxPageSize, params.StartTime)
	answer(w, http.StatusOK, body, err)
}

func (chatAPI) ChatDeleteChatThread(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatDeleteChatThreadParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).deleteThread(threadID))
}

func (chatAPI) ChatThreadGetChatThreadProperties(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadGetChatThreadPropertiesParams) {
	body, err := callOf(r).getThread(threadID)
	answer(w, http.StatusOK, body, err)
}

func (chatAPI) ChatThreadUpdateChatThreadProperties(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadUpdateChatThreadPropertiesParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).updateThread(threadID))
}

func (chatAPI) ChatThreadSendChatMessage(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadSendChatMessageParams) {
	id, err := callOf(r).sendMessage(threadID)
	if err == nil {
		w.Header().Set("Location", callOf(r).threadLocation(threadID)+"/messages/"+id)
	}
	answer(w, http.StatusCreated, encode(chatapi.SendChatMessageResult{ID: id}), err)
}

func (chatAPI) ChatThreadListChatMessages(w http.ResponseWriter, r *http.Request, threadID string, params chatapi.ChatThreadListChatMessagesParams) {
	body, err := callOf(r).listMessages(threadID, params.MaxPageSize, params.StartTime)
	answer(w, http.StatusOK, body, err)
}

func (chatAPI) ChatThreadGetChatMessage(w http.ResponseWriter, r *http.Request, threadID, messageID string, _ chatapi.ChatThreadGetChatMessageParams) {
	body, err := callOf(r).getMessage(threadID, messageID)
	answer(w, http.StatusOK, body, err)
}

func (chatAPI) ChatThreadUpdateChatMessage(w http.ResponseWriter, r *http.Request, threadID, messageID string, _ chatapi.ChatThreadUpdateChatMessageParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).updateMessage(threadID, messageID))
}

func (chatAPI) ChatThreadDeleteChatMessage(w http.ResponseWriter, r *http.Request, threadID, messageID string, _ chatapi.ChatThreadDeleteChatMessageParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).deleteMessage(threadID, messageID))
}

func (chatAPI) ChatThreadListChatParticipants(w http.ResponseWriter, r *http.Request, threadID string, params chatapi.ChatThreadListChatParticipantsParams) {
	body, err := callOf(r).listParticipants(threadID, params.Skip, params.MaxPageSize)
	answer(w, http.StatusOK, body, err)
}

func (chatAPI) ChatThreadAddChatParticipants(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadAddChatParticipantsParams) {
	body, err := callOf(r).addParticipants(threadID)
	answer(w, http.StatusCreated, body, err)
}

func (chatAPI) ChatThreadRemoveChatParticipant(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadRemoveChatParticipantParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).removeParticipant(threadID))
}

func (chatAPI) ChatThreadSendTypingNotification(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadSendTypingNotificationParams) {
	answer(w, http.StatusOK, nil, callOf(r).sendTyping(threadID))
}

func (chatAPI) ChatThreadListChatReadReceipts(w http.ResponseWriter, r *http.Request, threadID string, params chatapi.ChatThreadListChatReadReceiptsParams) {
	body, err := callOf(r).listReceipts(threadID, params.Skip, params.MaxPageSize)
	answer(w, http.StatusOK, body, err)
}

func (chatAPI) ChatThreadSendChatReadReceipt(w http.ResponseWriter, r *http.Request, threadID string, _ chatapi.ChatThreadSendChatReadReceiptParams) {
	answer(w, http.StatusOK, nil, callOf(r).sendReceipt(threadID))
}
