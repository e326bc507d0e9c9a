package outbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/riverqueue/river"

	"github.com/acschat/acs-chat-go/chat"
)

// Message is a message to be sent.
type Message struct {
	// User sends the message. It must be a participant of the thread when the message is sent.
	User chat.CommunicationUser
	// ThreadID is the thread.
	ThreadID string
	// Key identifies the message among those of the user in the thread, see [chat.ThreadClient.SendMessageOnce]: any text of up to 128
	// bytes, such as the id of an order. Empty means a random one.
	Key string
	// Content is the text of the message, which must not be empty.
	Content string
	// SendMessageOptions are those of the message. Metadata with the member [chat.OnceKeyMember] is an [*chat.ArgumentError].
	chat.SendMessageOptions
}

const maxKey = 128 // bytes

// queue is the queue of River, and drainArgs are those of its only kind of job: one for each thread with messages to be sent.
const queue = "chat_outbox"

type drainArgs struct {
	ThreadID string `json:"thread_id"`
}

func (drainArgs) Kind() string { return "chat_outbox_drain" }

// maxAttempts are the attempts that River counts for a job. A job ends without error except after a panic.
const maxAttempts = 30_000

// Enqueue adds a message in the transaction of the caller: it is sent after the transaction has committed, and never if the transaction is
// rolled back. tx is an open transaction of the database of the outbox. It sends no request. The package comment says what is locked.
//
// The error matches [ErrDuplicate] if there is such a message already; no message is added then, and the transaction can go on. A nil tx, a
// message that [chat.ThreadClient.SendMessageOnce] would reject, and text with NUL are each an [*chat.ArgumentError]. Other errors are those of
// the database; roll the transaction back. Some of them, such as deadlocks, go away if the caller repeats the transaction.
func (o *Outbox[Tx]) Enqueue(ctx context.Context, tx Tx, message Message) error {
	var none Tx
	if any(tx) == any(none) {
		return failure("enqueue", &chat.ArgumentError{Name: "tx", Reason: "must not be nil"})
	}
	if err := message.check(); err != nil {
		return failure("enqueue", err)
	}
	if message.Key == "" {
		message.Key = rand.Text()
	}
	if err := o.enqueue(ctx, tx, &message); err != nil {
		return failure("enqueue", err)
	}
	return nil
}

func (o *Outbox[Tx]) enqueue(ctx context.Context, tx Tx, m *Message) error {
	options, err := json.Marshal(storedOptions(m.SendMessageOptions))
	if err != nil {
		return err
	}
	s := o.db.of(tx)
	seq, err := o.wake(ctx, tx, s, m.ThreadID, 1)
	if err != nil {
		return err
	}
	added, err := s.exec(ctx, `INSERT INTO chat_outbox_message (thread_id, seq, user_id, key, content, options, state, enqueued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, `+o.db.now+`) ON CONFLICT (thread_id, user_id, key) DO NOTHING`,
		m.ThreadID, seq, m.User.RawID(), m.Key, m.Content, string(options), string(Pending))
	if err == nil && added == 0 {
		err = ErrDuplicate
	}
	return err
}

// wake locks the row of a thread for the rest of the transaction, takes numbers for messages, of which it returns the last, and inserts a
// job unless the thread has one. The job of a thread completes only while it has this lock.
func (o *Outbox[Tx]) wake(ctx context.Context, tx Tx, s session, threadID string, numbers int) (last int64, err error) {
	var awake int
	if _, err := one(ctx, s, []any{&last, &awake}, `INSERT INTO chat_outbox_thread (thread_id, last_seq, awake) VALUES ($1, $2, 0)
		ON CONFLICT (thread_id) DO UPDATE SET last_seq = chat_outbox_thread.last_seq + $2 RETURNING last_seq, awake`,
		threadID, numbers); err != nil {
		return 0, err
	}
	if awake != 0 {
		return last, nil
	}
	if err := changeOne(ctx, s, "wake the thread", "UPDATE chat_outbox_thread SET awake = 1 WHERE thread_id = $1", threadID); err != nil {
		return 0, err
	}
	return last, o.insertJob(ctx, tx, threadID)
}

func (o *Outbox[Tx]) insertJob(ctx context.Context, tx Tx, threadID string) error {
	_, err := o.jobs.InsertTx(ctx, tx, drainArgs{ThreadID: threadID}, &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts})
	return err
}

// check rejects what [chat.ThreadClient.SendMessageOnce] rejects, so that no row is committed that can never be sent, and NUL.
func (m *Message) check() error {
	if _, taken := m.Metadata[chat.OnceKeyMember]; taken {
		return &chat.ArgumentError{Name: "Metadata", Reason: "must not have the member " + chat.OnceKeyMember + ", which holds the key"}
	}
	if len(m.Key) > maxKey {
		return &chat.ArgumentError{Name: "Key", Reason: fmt.Sprintf("must have at most %d bytes", maxKey)}
	}
	switch m.Type {
	case chat.MessageTypeTopicUpdated, chat.MessageTypeParticipantAdded, chat.MessageTypeParticipantRemoved:
		return &chat.ArgumentError{Name: "Type", Reason: "must be text or html: only the service writes " + string(m.Type)}
	}
	if m.Content == "" {
		return &chat.ArgumentError{Name: "Content", Reason: "must not be empty"}
	}
	for _, id := range []struct{ name, value string }{{"User", m.User.RawID()}, {"ThreadID", m.ThreadID}} {
		switch id.value {
		case "", ".", "..":
			return &chat.ArgumentError{Name: id.name, Reason: "must not be empty, \".\" or \"..\""}
		}
	}
	texts := []struct{ name, value string }{
		{"User", m.User.RawID()}, {"ThreadID", m.ThreadID}, {"Key", m.Key}, {"Content", m.Content},
		{"Type", string(m.Type)}, {"SenderDisplayName", m.SenderDisplayName},
	}
	for name, value := range m.Metadata {
		texts = append(texts, struct{ name, value string }{"Metadata", name + value})
	}
	for _, text := range texts {
		if !utf8.ValidString(text.value) || strings.ContainsRune(text.value, 0) {
			return &chat.ArgumentError{Name: text.name, Reason: "must be valid UTF-8 without NUL, which Postgres cannot store"}
		}
	}
	return nil
}

// storedOptions are the options of a message in the form in which they are stored.
type storedOptions struct {
	Type              chat.MessageType  `json:"type,omitempty"`
	SenderDisplayName string            `json:"senderDisplayName,omitempty"`
	Metadata          map[string]string `json:"metadata,omitempty"`
}
