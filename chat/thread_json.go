package chat

import (
	"time"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

func (p ThreadProperties) MarshalJSON() ([]byte, error) {
	return marshal[ThreadProperties](threadPropertiesForm(p))
}

func (p *ThreadProperties) UnmarshalJSON(data []byte) error {
	return unmarshal(data, p, threadProperties)
}

func (t ThreadItem) MarshalJSON() ([]byte, error) {
	return marshal[ThreadItem](chatapi.ChatThreadItem{
		ID: t.ID, Topic: t.Topic, DeletedOn: timeForm(t.DeletedOn), LastMessageReceivedOn: timeForm(t.LastMessageReceivedOn),
	})
}

func (t *ThreadItem) UnmarshalJSON(data []byte) error { return unmarshal(data, t, threadItem) }

func (r CreateThreadResult) MarshalJSON() ([]byte, error) {
	return marshal[CreateThreadResult](chatapi.CreateChatThreadResult{
		ChatThread: new(threadPropertiesForm(r.Thread)), InvalidParticipants: failureForms(r.Failed),
	})
}

func (r *CreateThreadResult) UnmarshalJSON(data []byte) error {
	return unmarshal(data, r, func(w createdThread) CreateThreadResult {
		created := CreateThreadResult{Thread: threadProperties(value(w.ChatThread))}
		for _, words := range w.InvalidParticipants {
			created.Failed = append(created.Failed, failure(words))
		}
		return created
	})
}

func (r *RetentionPolicy) UnmarshalJSON(data []byte) error { return unmarshal(data, r, retention) }

func (r *SendMessageResult) UnmarshalJSON(data []byte) error {
	return unmarshal(data, r, func(w chatapi.SendChatMessageResult) SendMessageResult { return SendMessageResult(w) })
}

func threadPropertiesForm(p ThreadProperties) chatapi.ChatThreadProperties {
	form := chatapi.ChatThreadProperties{
		ID: p.ID, Topic: p.Topic, CreatedOn: p.CreatedOn.UTC(), CreatedByCommunicationIdentifier: value(identifierForm(p.CreatedBy)),
		DeletedOn: timeForm(p.DeletedOn), Metadata: metadata(p.Metadata),
	}
	if p.Retention != (RetentionPolicy{}) {
		form.RetentionPolicy = new(retentionForm(p.Retention))
	}
	return form
}

func retentionForm(r RetentionPolicy) chatapi.ChatRetentionPolicy {
	return chatapi.ChatRetentionPolicy{
		Kind: chatapi.RetentionPolicyKind(r.Kind), DeleteThreadAfterDays: wireCount(r.DeleteThreadAfterDays),
	}
}

// timeForm is in UTC, as the service writes it. It is nil for the zero time.
func timeForm(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}
