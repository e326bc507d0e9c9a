package chat

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// ThreadProperties are the properties of a thread.
type ThreadProperties struct {
	ID    string
	Topic string
	// CreatedOn and CreatedBy are the time and the user of the creation; CreatedBy is nil if the service omits it.
	CreatedOn time.Time
	CreatedBy Identifier
	// DeletedOn is zero unless the thread is deleted.
	DeletedOn time.Time
	// Metadata is nil if there is none.
	Metadata map[string]string
	// Retention has the kind none if the service keeps the thread, and an empty kind if the service omits the policy.
	Retention RetentionPolicy
}

// RetentionPolicy determines when the service deletes a thread automatically.
type RetentionPolicy struct {
	Kind RetentionKind `json:"kind"`
	// DeleteThreadAfterDays applies to [RetentionKindThreadCreationDate]: 30 to 90 days after the thread was created.
	DeleteThreadAfterDays int `json:"deleteThreadAfterDays,omitzero"`
}

// RetentionKind is the kind of a [RetentionPolicy]. The service may use values other than these.
type RetentionKind string

// Kinds of retention.
const (
	RetentionKindNone               RetentionKind = "none"               // the thread is kept
	RetentionKindThreadCreationDate RetentionKind = "threadCreationDate" // it is deleted some days after its creation
)

// PropertiesUpdate is the change that [ThreadClient.UpdateProperties] makes. A nil field changes nothing.
type PropertiesUpdate struct {
	// Topic is the new topic; new("") makes it empty.
	Topic *string
	// Metadata is merged into the metadata of the thread; a key with the value "" is removed.
	Metadata map[string]string
	// Retention replaces the policy; the kind none removes it.
	Retention *RetentionPolicy
}

// GetProperties returns the topic, creator, metadata and retention of the thread.
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

// UpdateTopic changes the topic, which may be empty. The service adds a message of type topicUpdated to the thread.
//
// The API operation is ChatThread_UpdateChatThreadProperties.
func (t *ThreadClient) UpdateTopic(ctx context.Context, topic string) error {
	if err := checkText("topic", topic); err != nil {
		return err
	}
	op := pipeline.Operation{Name: "ThreadClient.UpdateTopic", Action: "chat: update topic", Status: http.StatusNoContent}
	return t.update(ctx, op, PropertiesUpdate{Topic: &topic})
}

// UpdateProperties changes the topic, the metadata or the retention. The zero update is sent, succeeds and changes nothing. For a
// new topic the service adds a message of type topicUpdated to the thread. A retention without a kind is an [*ArgumentError].
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
	return pipeline.Run(ctx, t.client.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return t.client.api.ChatThreadUpdateChatThreadProperties(ctx, t.threadID, params, body)
	})
}

func (u PropertiesUpdate) check() error {
	err := cmp.Or(checkText("Topic", value(u.Topic)), checkMetadata("Metadata", u.Metadata))
	if err == nil && u.Retention != nil {
		err = u.Retention.check()
	}
	return err
}

// check rejects a policy without a kind, which the service ignores, and a number of days that does not fit 32 bits. The service
// itself rejects the days that it does not offer.
func (r RetentionPolicy) check() error {
	if r.Kind == "" {
		return &ArgumentError{
			Name: "Retention.Kind", Reason: "must not be empty: set RetentionKindThreadCreationDate, or RetentionKindNone to keep the thread",
		}
	}
	return checkCount("DeleteThreadAfterDays", r.DeleteThreadAfterDays)
}
