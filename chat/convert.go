package chat

import (
	"time"

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

// wireTime is in UTC with milliseconds, as the service's other clients send it.
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
	return &chatapi.ChatRetentionPolicy{
		Kind: chatapi.RetentionPolicyKind(r.Kind), DeleteThreadAfterDays: wireCount(r.DeleteThreadAfterDays),
	}
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
		ID: w.ID, Topic: w.Topic, CreatedOn: w.CreatedOn.UTC(), CreatedBy: identifier(&w.CreatedByCommunicationIdentifier),
		DeletedOn: utc(w.DeletedOn), Metadata: metadata(w.Metadata),
	}
	if r := w.RetentionPolicy; r != nil {
		p.Retention = RetentionPolicy{Kind: RetentionKind(r.Kind), DeleteThreadAfterDays: int(value(r.DeleteThreadAfterDays))}
	}
	return p
}

func message(w chatapi.ChatMessage) Message {
	m := Message{
		ID: w.ID, Type: MessageType(w.Type), SequenceID: w.SequenceID, Version: w.Version,
		SenderDisplayName: value(w.SenderDisplayName), Sender: identifier(w.SenderCommunicationIdentifier),
		CreatedOn: w.CreatedOn.UTC(), EditedOn: utc(w.EditedOn), DeletedOn: utc(w.DeletedOn), Metadata: metadata(w.Metadata),
	}
	if w.Content != nil {
		m.Content = messageContent(*w.Content)
	}
	return m
}

func messageContent(w chatapi.ChatMessageContent) MessageContent {
	c := MessageContent{
		Message: value(w.Message), Topic: value(w.Topic), Initiator: identifier(w.InitiatorCommunicationIdentifier),
	}
	for _, p := range w.Participants {
		c.Participants = append(c.Participants, participant(p))
	}
	for _, a := range w.Attachments {
		c.Attachments = append(c.Attachments, Attachment{
			ID: a.ID, Type: AttachmentType(a.AttachmentType), Name: value(a.Name), URL: value(a.URL), PreviewURL: value(a.PreviewURL),
		})
	}
	return c
}

func participant(w chatapi.ChatParticipant) Participant {
	return Participant{
		Identifier: identifier(&w.CommunicationIdentifier), DisplayName: value(w.DisplayName),
		ShareHistoryTime: utc(w.ShareHistoryTime), Metadata: metadata(w.Metadata),
	}
}

func readReceipt(w chatapi.ChatMessageReadReceipt) ReadReceipt {
	return ReadReceipt{Sender: identifier(&w.SenderCommunicationIdentifier), MessageID: w.ChatMessageID, ReadOn: w.ReadOn.UTC()}
}

// metadata is nil when there is none, also where the service writes an empty object.
func metadata(w map[string]string) map[string]string {
	if len(w) == 0 {
		return nil
	}
	return w
}

func utc(t *time.Time) time.Time { return value(t).UTC() }

// value is what a pointer points to, and the zero value for nil.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
