package chat

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// ThreadProperties describe a thread.
type ThreadProperties struct {
	ID    string
	Topic string
	// CreatedOn and CreatedBy are who made the thread and when; CreatedBy is nil if the service does not say.
	CreatedOn time.Time
	CreatedBy Identifier
	// DeletedOn is zero while the thread lives.
	DeletedOn time.Time
	// Metadata is nil when there is none.
	Metadata map[string]string
	// Retention is of kind none, or of no kind from an older service, when the thread is kept for good.
	Retention RetentionPolicy
}

// RetentionPolicy says when the service deletes a thread by itself.
type RetentionPolicy struct {
	Kind RetentionKind
	// DeleteThreadAfterDays belongs to RetentionKindThreadCreationDate: 30 to 90 days, counted from the creation of the thread.
	DeleteThreadAfterDays int
}

// RetentionKind is a kind of [RetentionPolicy]. The service may name others.
type RetentionKind string

// The kinds of retention there are.
const (
	RetentionKindNone               RetentionKind = "none"               // the thread is kept
	RetentionKindThreadCreationDate RetentionKind = "threadCreationDate" // it is deleted some days after its creation
)

// PropertiesUpdate is what [ThreadClient.UpdateProperties] changes. A nil field is not specified and stays as it is;
// the zero value changes nothing.
type PropertiesUpdate struct {
	// Topic is the new topic; a pointer to "" makes it empty.
	Topic *string
	// Metadata is merged key by key into what is there; a key with the value "" is removed.
	Metadata map[string]string
	// Retention replaces the policy; kind none removes it.
	Retention *RetentionPolicy
}

// GetProperties returns the thread's topic, creator, metadata and retention.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. A refusal of the service is an [*Error]:
// [ErrForbidden] for a thread the user is not in, [ErrNotFound] for one that is not.
//
// The API operation is ChatThread_GetChatThreadProperties.
func (t *ThreadClient) GetProperties(ctx context.Context) (ThreadProperties, error) {
	if err := t.check(); err != nil {
		return ThreadProperties{}, err
	}
	params := &chatapi.ChatThreadGetChatThreadPropertiesParams{APIVersion: t.client.apiVersion}
	op := pipeline.Operation{Name: "ThreadClient.GetProperties", Action: "chat: get thread properties", Status: http.StatusOK}
	wire, err := pipeline.Call[chatapi.ChatThreadProperties](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadGetChatThreadProperties(ctx, t.threadID, params)
	})
	return threadProperties(wire), err
}

// UpdateTopic changes the topic; "" makes it empty. That leaves a message of type topicUpdated in the thread.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. A topic that is not UTF-8 is an [ArgumentError]; a
// refusal of the service is an [*Error]: [ErrForbidden] for a thread the user is not in, [ErrNotFound] for one that is not.
//
// The API operation is ChatThread_UpdateChatThreadProperties.
func (t *ThreadClient) UpdateTopic(ctx context.Context, topic string) error {
	if err := checkText("topic", topic); err != nil {
		return err
	}
	op := pipeline.Operation{Name: "ThreadClient.UpdateTopic", Action: "chat: update topic", Status: http.StatusNoContent}
	return t.update(ctx, op, PropertiesUpdate{Topic: &topic})
}

// UpdateProperties changes what the update specifies. The zero update is sent, succeeds and changes nothing.
// A new topic leaves a message of type topicUpdated in the thread, metadata and retention do not.
//
// It is retried on 408, 429, 500, 502, 503, 504 and when the connection fails. Text that is not UTF-8 is an [ArgumentError]; a
// refusal of the service is an [*Error]: [ErrForbidden] for a thread the user is not in, [ErrNotFound] for one that is not.
//
// The API operation is ChatThread_UpdateChatThreadProperties.
func (t *ThreadClient) UpdateProperties(ctx context.Context, update PropertiesUpdate) error {
	op := pipeline.Operation{Name: "ThreadClient.UpdateProperties", Action: "chat: update thread properties", Status: http.StatusNoContent}
	return t.update(ctx, op, update)
}

func (t *ThreadClient) update(ctx context.Context, op pipeline.Operation, update PropertiesUpdate) error {
	if err := cmp.Or(t.check(), update.check()); err != nil {
		return err
	}
	params := &chatapi.ChatThreadUpdateChatThreadPropertiesParams{APIVersion: t.client.apiVersion}
	request := chatapi.UpdateChatThreadRequest{Topic: update.Topic, Metadata: update.Metadata}
	if update.Retention != nil {
		request.RetentionPolicy = wireRetention(*update.Retention)
	}
	body := pipeline.Encode(request)
	_, err := pipeline.Call[pipeline.NoBody](ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadUpdateChatThreadPropertiesWithBody(ctx, t.threadID, params, contentTypeMergePatch, body)
	})
	return err
}

func (u PropertiesUpdate) check() error {
	err := cmp.Or(checkText("Topic", value(u.Topic)), checkMetadata("Metadata", u.Metadata))
	if err == nil && u.Retention != nil {
		err = u.Retention.check()
	}
	return err
}

// check refuses a policy without a kind, which the service ignores, and a number of days that is not a 32-bit count. The service
// itself refuses the days that it does not offer.
func (r RetentionPolicy) check() error {
	if r.Kind == "" {
		return &ArgumentError{
			Name: "Retention.Kind", Reason: "must not be empty: set RetentionKindThreadCreationDate, or RetentionKindNone to keep the thread",
		}
	}
	return checkCount("DeleteThreadAfterDays", r.DeleteThreadAfterDays)
}
