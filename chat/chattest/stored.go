package chattest

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat"
)

// Threads lists all threads, oldest first, including deleted ones. The values are those that a client receives, with DeletedOn.
func (s *Service) Threads() (threads []chat.ThreadProperties) {
	s.mustView(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(propertiesBucket)).ForEach(func(_, item []byte) error {
			p := stored[threadProperties](item)
			t := &thread{tx: tx, id: p.ID}
			t.load()
			threads = append(threads, p.value(t.state.Deleted))
			return t.err
		})
	})
	return threads
}

// ThreadItems lists all threads, the most recently active first, including deleted ones. The values are those that a client receives when it
// lists its threads. The list is empty if there are none.
func (s *Service) ThreadItems() []chat.ThreadItem {
	type active struct {
		item     chat.ThreadItem
		activity int64
	}
	var threads []active
	s.mustView(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(propertiesBucket)).ForEach(func(_, item []byte) error {
			t := &thread{tx: tx, id: stored[threadProperties](item).ID}
			t.load()
			i := t.item()
			v := chat.ThreadItem{
				ID: i.ID, Topic: i.Topic, DeletedOn: instant(i.DeletedOn), LastMessageReceivedOn: instant(i.LastMessageReceivedOn),
			}
			threads = append(threads, active{v, t.state.Activity})
			return t.err
		})
	})
	slices.SortFunc(threads, func(a, b active) int { return cmp.Compare(b.activity, a.activity) })
	items := make([]chat.ThreadItem, len(threads))
	for i, t := range threads {
		items[i] = t.item
	}
	return items
}

// Messages lists all messages of a thread in the order they were sent, including those of the service and what remains of deleted ones. The
// values are those that a client receives. The list is nil if the thread does not exist.
func (s *Service) Messages(threadID string) (messages []chat.Message) {
	s.mustViewThread(threadID, func(t *thread) {
		t.eachMessage(func(m message) { messages = append(messages, m.value()) })
	})
	slices.SortFunc(messages, func(a, b chat.Message) int { return cmp.Compare(mustNumber(a.ID), mustNumber(b.ID)) })
	return messages
}

// Texts lists the present content of the messages that users sent to a thread, in the order they were sent, without deleted messages. The
// list is nil if there are none or the thread does not exist.
func (s *Service) Texts(threadID string) (texts []string) {
	for _, m := range s.Messages(threadID) {
		if m.Sender != nil && m.DeletedOn.IsZero() {
			texts = append(texts, m.Content.Message)
		}
	}
	return texts
}

// Participants lists the participants of a thread in the order they joined. The list is nil if the thread does not exist.
func (s *Service) Participants(threadID string) (participants []chat.Participant) {
	s.mustViewThread(threadID, func(t *thread) {
		t.eachPlace(participantsBucket, func(item []byte) bool {
			participants = append(participants, stored[participant](item).value())
			return true
		})
	})
	return participants
}

// Receipts lists the read receipts of a thread in the order in which the readers joined it. The list is nil if there are none or the thread
// does not exist.
func (s *Service) Receipts(threadID string) (receipts []chat.ReadReceipt) {
	s.mustViewThread(threadID, func(t *thread) {
		t.eachPlace(receiptsBucket, func(item []byte) bool {
			r := stored[receipt](item)
			receipts = append(receipts, chat.ReadReceipt{Sender: r.Sender.value(), MessageID: r.MessageID, ReadOn: instant(r.ReadOn)})
			return true
		})
	})
	return receipts
}

// Users lists the users of the resource, oldest first, without deleted ones.
func (s *Service) Users() (users []User) {
	s.mustView(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(usersBucket)).ForEach(func(id, _ []byte) error {
			users = append(users, User{ID: string(id)})
			return nil
		})
	})
	return users
}

func (p threadProperties) value(deleted int64) chat.ThreadProperties {
	v := chat.ThreadProperties{
		ID: p.ID, Topic: p.Topic, CreatedOn: instant(p.CreatedOn), CreatedBy: p.CreatedBy.value(), Metadata: p.Metadata.value(),
		Retention: chat.RetentionPolicy{Kind: chat.RetentionKind(p.RetentionPolicy.Kind)},
	}
	if days := p.RetentionPolicy.DeleteThreadAfterDays; days != nil {
		v.Retention.DeleteThreadAfterDays = int(*days)
	}
	if deleted != 0 {
		v.DeletedOn = instant(timestamp(deleted))
	}
	return v
}

// messageContent is the content of any kind of message.
type messageContent struct {
	Message      string        `json:"message"`
	Topic        string        `json:"topic"`
	Participants []participant `json:"participants"`
	Initiator    identifier    `json:"initiatorCommunicationIdentifier"`
}

func (m message) about() messageContent {
	return stored[messageContent](m.Content)
}

func (m message) value() chat.Message {
	content := m.about()
	v := chat.Message{
		ID: m.ID, Type: chat.MessageType(m.Type), SequenceID: m.SequenceID, Version: m.Version,
		Content:   chat.MessageContent{Message: content.Message, Topic: content.Topic, Initiator: content.Initiator.value()},
		CreatedOn: instant(m.CreatedOn), EditedOn: instant(m.EditedOn), DeletedOn: instant(m.DeletedOn), Metadata: m.Metadata.value(),
	}
	for _, p := range content.Participants {
		v.Content.Participants = append(v.Content.Participants, p.value())
	}
	if m.Sender != nil {
		v.Sender, v.SenderDisplayName = m.Sender.value(), *m.SenderDisplayName
	}
	return v
}

func (p participant) value() chat.Participant {
	return chat.Participant{
		Identifier: p.Identifier.value(), DisplayName: p.DisplayName, ShareHistoryTime: instant(p.ShareHistoryTime), Metadata: p.Metadata.value(),
	}
}

// value returns nil for an identifier that is not set.
func (i identifier) value() chat.Identifier {
	if i.RawID == "" {
		return nil
	}
	return chat.ParseRawID(i.RawID)
}

// value returns nil if there are no entries.
func (m metadata) value() map[string]string {
	var v map[string]string
	for _, e := range m {
		if e.value != nil {
			if v == nil {
				v = make(map[string]string, len(m))
			}
			v[e.key] = *e.value
		}
	}
	return v
}

// instant reads a time that this package wrote. An empty text is the zero time.
func instant(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic("chattest: " + err.Error())
	}
	return at
}

// stored decodes a record that this package wrote.
func stored[T any](record []byte) (v T) {
	if err := json.Unmarshal(record, &v); err != nil {
		panic("chattest: " + err.Error())
	}
	return v
}

// mustViewThread runs f on a thread, if it exists, without a caller.
func (s *Service) mustViewThread(id string, f func(*thread)) {
	s.mustView(func(tx *bbolt.Tx) error {
		t := &thread{tx: tx, id: id}
		if t.load() {
			f(t)
		}
		return t.err
	})
}

// mustView runs a read that fails only if the store does.
func (s *Service) mustView(f func(*bbolt.Tx) error) {
	s.deleteDueThreads()
	if err := s.store.view(f); err != nil {
		panic("chattest: " + err.Error())
	}
}
