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

// Participant takes part in a thread.
type Participant struct {
	// Identifier is who it is. Never nil from the service unless the service left it out.
	Identifier Identifier
	// DisplayName is what the others see. Empty: none.
	DisplayName string
	// ShareHistoryTime is from when on the participant may read. Sent, zero means all of the history; the service answers
	// that as the start of 1970.
	ShareHistoryTime time.Time
	// Metadata of the participant: all pairs together up to 1 KB. Nil: none.
	Metadata map[string]string
}

// ListParticipantsOptions are the optional settings of [ThreadClient.ListParticipants].
type ListParticipantsOptions struct {
	// Skip leaves out as many participants from the beginning of the list. Its bounds are those of PageSize.
	Skip int
	// PageSize is the most items of a page. 0: the service's default. Below 0 or above 2147483647 it is an [ArgumentError]; the
	// service documents no limit. It may put fewer on a page.
	PageSize int
	// ContinuationToken goes on behind a [Page]. Empty: from the beginning.
	ContinuationToken string
	// Prefetch reads the next page while the loop works on this one.
	Prefetch bool
}

// maxBatch is how many participants the service takes in one request.
const maxBatch = 200

// AddParticipants adds people to the thread. It returns nil, nil when all of them are in, and otherwise a pair of participant
// and error for each who is not: for decisions one by one, such as trying those again whose error is [ErrUnavailable].
// Adding somebody who is in already changes nothing. Nobody to add: no request.
//
// More than 200 are sent in batches, in order. When the first fails, the call does; when a later one fails, the pairs so far come
// with a [*PartialAddError] that names those who are left.
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. A participant without a usable identifier, or with
// text that is not UTF-8, is an [ArgumentError]; a refusal of the service is an [*Error]: [ErrForbidden] for a thread the user is
// not in, [ErrNotFound] for one that is not, [ErrBadRequest] for a malformed id, with which nobody is added.
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

// RemoveParticipant removes somebody from the thread, possibly the user.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. An identifier that is nil, empty or a pointer is an
// [ArgumentError]; a refusal of the service is an [*Error]: [ErrForbidden] for a thread the user is not in,
// [ErrNotFound] for one that is not, [ErrBadRequest] for a malformed id.
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
	_, err := pipeline.Call[pipeline.NoBody](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadRemoveChatParticipantWithBody(ctx, t.threadID, params, contentTypeJSON, body)
	})
	return err
}

// ListParticipants lists who is in the thread, in the order they joined.
// A negative Skip or page size, or one that is too large, is an [ArgumentError] on ranging. Nil options are the zero value.
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
	return newPager(t.client, list, func(page chatapi.ChatParticipantsCollection) ([]chatapi.ChatParticipant, *string) {
		return page.Value, page.NextLink
	}, participant)
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
		return answer.of(ctx)(t.client.api.ChatThreadAddChatParticipantsWithBody(ctx, t.threadID, params, contentTypeJSON, body))
	})
	if err != nil {
		return nil, err
	}
	return answer.failedParticipants(batch, added.InvalidParticipants), nil
}

// addBatches adds those who did not fit into a request that has succeeded.
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

// checkIdentifier refuses what no service could know. Other types satisfy the interface, pointers to its kinds first of all,
// so the compiler does not.
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
		return &ArgumentError{Name: name, Reason: fmt.Sprintf("is a %T: pass an identifier of this package as a value", id)}
	}
	if what == "" {
		return &ArgumentError{Name: name, Reason: "has an empty identifier"}
	}
	return nil
}
