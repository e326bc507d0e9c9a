package chat

import (
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Between the caller's types and the generated ones: regeneration must not break programs. All of it is pure.

func wireText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func wireCount(n int) *int32 {
	if n == 0 {
		return nil
	}
	return new(int32(n)) // checkCount has refused what does not fit
}

// wireTime is in UTC with milliseconds, as other clients of the service send it.
func wireTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Millisecond))
}

func wireRetention(r RetentionPolicy) *chatapi.ChatRetentionPolicy {
	if r == (RetentionPolicy{}) {
		return nil
	}
	return new(retentionForm(r))
}

func wireParticipants(participants []Participant) []chatapi.ChatParticipant {
	if len(participants) == 0 {
		return nil
	}
	wire := make([]chatapi.ChatParticipant, len(participants))
	for i, p := range participants {
		wire[i] = chatapi.ChatParticipant{
			CommunicationIdentifier: wireIdentifier(p.Identifier),
			DisplayName:             wireText(p.DisplayName),
			ShareHistoryTime:        wireTime(p.ShareHistoryTime),
			Metadata:                p.Metadata,
		}
	}
	return wire
}

func threadItem(w chatapi.ChatThreadItem) ThreadItem {
	return ThreadItem{
		ID: w.ID, Topic: w.Topic, DeletedOn: utc(w.DeletedOn), LastMessageReceivedOn: utc(w.LastMessageReceivedOn),
	}
}

func threadProperties(w chatapi.ChatThreadProperties) ThreadProperties {
	p := ThreadProperties{
		ID: w.ID, Topic: w.Topic, CreatedOn: pipeline.UTC(w.CreatedOn), CreatedBy: identifier(&w.CreatedByCommunicationIdentifier),
		DeletedOn: utc(w.DeletedOn), Metadata: metadata(w.Metadata),
	}
	if w.RetentionPolicy != nil {
		p.Retention = retention(*w.RetentionPolicy)
	}
	return p
}

func retention(w chatapi.ChatRetentionPolicy) RetentionPolicy {
	return RetentionPolicy{Kind: RetentionKind(w.Kind), DeleteThreadAfterDays: int(value(w.DeleteThreadAfterDays))}
}

func participant(w chatapi.ChatParticipant) Participant {
	return Participant{
		Identifier: identifier(&w.CommunicationIdentifier), DisplayName: value(w.DisplayName),
		ShareHistoryTime: utc(w.ShareHistoryTime), Metadata: metadata(w.Metadata),
	}
}

func readReceipt(w chatapi.ChatMessageReadReceipt) ReadReceipt {
	return ReadReceipt{Sender: identifier(&w.SenderCommunicationIdentifier), MessageID: w.ChatMessageID, ReadOn: pipeline.UTC(w.ReadOn)}
}

// metadata is nil if there is none, also if the service writes an empty object.
func metadata(w map[string]string) map[string]string {
	if len(w) == 0 {
		return nil
	}
	return w
}

func utc(t *time.Time) time.Time { return pipeline.UTC(value(t)) }

// value returns what a pointer points to, and the zero value for nil.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
