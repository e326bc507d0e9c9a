package chat

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Participant is a member of a thread.
type Participant struct {
	// Identifier is required in requests. In responses it is nil only if the service omits it.
	Identifier Identifier
	// DisplayName is the name shown to the other participants. Empty means none.
	DisplayName string
	// ShareHistoryTime is the time from which the participant can read. Zero means the entire history; responses say 1970 then.
	ShareHistoryTime time.Time
	// Metadata of the participant, at most 1 KB for all keys and values. Nil means none.
	Metadata map[string]string
}

// ListParticipantsOptions are the optional settings of [ThreadClient.ListParticipants].
type ListParticipantsOptions struct {
	// Skip is the number of participants to skip at the start of the list.
	Skip int
	// PageSize is the maximum number of items per page. 0 means the default of the service. A page may have fewer items. The service
	// documents no maximum; a thread has at most 250 participants.
	PageSize int
	// ContinuationToken resumes the listing after a [Page]. Empty means from the beginning.
	ContinuationToken string
	// Prefetch requests the next page while the caller handles the current one.
	Prefetch bool
}

// maxBatch is the number of participants that the service accepts in one request.
const maxBatch = 200

// AddParticipants adds participants to the thread. It returns a [FailedParticipant] for each one that the service did not add,
// and nil, nil if it added all of them. Adding a participant of the thread again changes nothing. Without participants no request
// is sent.
//
// More than 200 participants are added in batches, in order. If the first batch fails, so does the call. If a later one fails,
// the error is a [*PartialAddError], and the failures of the earlier batches are returned with it.
//
// An identifier that is nil, empty or a pointer is an [*ArgumentError]. The error is [ErrBadRequest] if an identifier is
// malformed; then no participant of the batch is added.
//
// The API operation is ChatThread_AddChatParticipants.
func (t *ThreadClient) AddParticipants(ctx context.Context, participants []Participant) ([]FailedParticipant, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := checkParticipants("participants", participants); err != nil {
		return nil, err
	}
	first, rest := firstBatch(participants)
	if len(first) == 0 {
		return nil, nil
	}
	failed, err := t.addBatch(ctx, first)
	if err != nil {
		return nil, err
	}
	more, err := t.addBatches(ctx, rest)
	return append(failed, more...), err
}

// RemoveParticipant removes a participant from the thread. Users can remove themselves. The service does not document
// what happens if the user is not a participant; package chattest accepts the request and changes nothing.
//
// An identifier that is nil, empty or a pointer is an [*ArgumentError]. The error is [ErrBadRequest] if the identifier is
// malformed.
//
// The API operation is ChatThread_RemoveChatParticipant.
func (t *ThreadClient) RemoveParticipant(ctx context.Context, identifier Identifier) error {
	if err := t.check(); err != nil {
		return err
	}
	if err := checkIdentifier("identifier", identifier); err != nil {
		return err
	}
	params := &chatapi.ChatThreadRemoveChatParticipantParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(wireIdentifier(identifier))
	op := pipeline.Operation{Name: "ThreadClient.RemoveParticipant", Action: "chat: remove participant", Status: http.StatusNoContent}
	return pipeline.Run(ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadRemoveChatParticipant(ctx, t.threadID, params, body)
	})
}

// ListParticipants lists the participants in the order in which they joined. Pages are counted by position: if a participant leaves
// between two pages, the second page skips another one.
//
// The API operation is ChatThread_ListChatParticipants.
func (t *ThreadClient) ListParticipants(options *ListParticipantsOptions) *Pager[Participant] {
	if options == nil {
		options = &ListParticipantsOptions{}
	}
	params := chatapi.ChatThreadListChatParticipantsParams{
		APIVersion: t.client.apiVersion, MaxPageSize: wireCount(options.PageSize), Skip: wireCount(options.Skip),
	}
	list := listing{
		Operation: pipeline.Operation{Name: "ThreadClient.ListParticipants", Action: "chat: list participants", Status: http.StatusOK},
		path:      "/chat/threads/" + t.threadID + "/participants",
		invalid:   cmp.Or(t.check(), checkCount("PageSize", options.PageSize), checkCount("Skip", options.Skip)),
		first: func(ctx context.Context) (*http.Response, error) {
			return t.client.api.ChatThreadListChatParticipants(ctx, t.threadID, &params)
		},
		token: options.ContinuationToken, prefetch: options.Prefetch,
	}
	return newPager(t.client, list, participant)
}

func firstBatch(participants []Participant) (first, rest []Participant) {
	n := min(len(participants), maxBatch)
	return participants[:n], participants[n:]
}

func (t *ThreadClient) addBatch(ctx context.Context, batch []Participant) ([]FailedParticipant, error) {
	params := &chatapi.ChatThreadAddChatParticipantsParams{APIVersion: t.client.apiVersion}
	body := pipeline.Encode(chatapi.AddChatParticipantsRequest{Participants: wireParticipants(batch)})
	op := pipeline.Operation{Name: "ThreadClient.AddParticipants", Action: "chat: add participants", Status: http.StatusCreated}
	var answer exchange
	added, err := pipeline.Call[addedParticipants](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return answer.of(ctx)(t.client.api.ChatThreadAddChatParticipants(ctx, t.threadID, params, body))
	})
	if err != nil {
		return nil, err
	}
	return answer.failedParticipants(batch, added.InvalidParticipants), nil
}

// addBatches adds the participants that did not fit into the first request.
func (t *ThreadClient) addBatches(ctx context.Context, participants []Participant) (failed []FailedParticipant, err error) {
	for len(participants) > 0 {
		batch, rest := firstBatch(participants)
		more, err := t.addBatch(ctx, batch)
		if err != nil {
			return failed, &PartialAddError{Participants: participants, Err: err}
		}
		failed, participants = append(failed, more...), rest
	}
	return failed, nil
}

func checkParticipants(name string, participants []Participant) error {
	for i, p := range participants {
		name := name + "[" + strconv.Itoa(i) + "]"
		err := cmp.Or(
			checkIdentifier(name, p.Identifier), checkTime(name+".ShareHistoryTime", p.ShareHistoryTime),
			checkText(name+".DisplayName", p.DisplayName), checkMetadata(name+".Metadata", p.Metadata),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// checkIdentifier rejects identifiers that the service cannot know. Pointers to the identifier types implement the interface too,
// so the compiler does not reject them.
func checkIdentifier(name string, id Identifier) error {
	var what string // it says of whom
	switch id := id.(type) {
	case nil:
		return &ArgumentError{Name: name, Reason: "has no identifier"}
	case CommunicationUser:
		what = id.ID + id.rawID
	case PhoneNumber:
		what = id.Number + id.rawID
	case MicrosoftTeamsUser:
		what = id.UserID + id.rawID
	case MicrosoftTeamsApp:
		what = id.AppID + id.rawID
	case TeamsExtensionUser:
		what = id.UserID + id.rawID
	case UnknownIdentifier:
		what = id.ID
	default:
		return &ArgumentError{Name: name, Reason: fmt.Sprintf("is a %T: pass an identifier of this package by value", id)}
	}
	if what == "" {
		return &ArgumentError{Name: name, Reason: "has an empty identifier"}
	}
	return nil
}
