package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// State is the state of a message.
type State string

// States of messages.
const (
	Pending State = "pending" // it is to be sent, or is being sent
	Sent    State = "sent"
	Failed  State = "failed" // it was refused for good, was given up, or Outbox.Fail was called
)

// Entry is a message in the outbox.
type Entry struct {
	Message
	// Seq is the position among the messages of the thread, which are sent in this order.
	Seq   int64
	State State
	// EnqueuedOn is when the message was enqueued, and SettledOn when it was sent or has failed, zero while it is pending. Both are by the
	// clock of the database.
	EnqueuedOn, SettledOn time.Time
	// MessageID is the id of the sent message, "" before.
	MessageID string
	// Failures is the number of attempts that failed and are repeated.
	Failures int
	// Err is why the message has failed, or why the last attempt has: an [*chat.Error] if the service said so, without InnerError, Details
	// and the raw response. It matches [chat.ErrOutcomeUnknown] if the message may have been sent nevertheless. Nil means that there was no
	// error.
	Err error
}

const entryColumns = `thread_id, seq, user_id, key, content, options, state, enqueued_at, settled_at, message_id, failures, error`

// scanEntry reads entryColumns, and what follows them into more.
func scanEntry(scan func(...any) error, more ...any) (Entry, error) {
	var e Entry
	var user, options, state, failure string
	var enqueued, settled int64
	if err := scan(append([]any{
		&e.ThreadID, &e.Seq, &user, &e.Key, &e.Content, &options, &state, &enqueued, &settled, &e.MessageID, &e.Failures, &failure,
	}, more...)...); err != nil {
		return Entry{}, err
	}
	var stored storedOptions
	if err := json.Unmarshal([]byte(options), &stored); err != nil {
		return Entry{}, fmt.Errorf("read the options of a message: %w", err)
	}
	e.User, e.State, e.SendMessageOptions = chat.CommunicationUser{ID: user}, State(state), chat.SendMessageOptions(stored)
	e.EnqueuedOn, e.SettledOn = timeOf(enqueued), timeOf(settled)
	e.Err = restoreError(failure)
	return e, nil
}

// timeOf returns the zero time for 0.
func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// storedError is an error in the form in which it is stored.
type storedError struct {
	Text    string      `json:"text"`
	Service *chat.Error `json:"service,omitempty"`
	Unknown bool        `json:"unknown,omitempty"` // it matches chat.ErrOutcomeUnknown
}

func storeError(err error) (string, error) {
	if err == nil {
		return "", nil
	}
	stored := storedError{Text: err.Error(), Unknown: errors.Is(err, chat.ErrOutcomeUnknown)}
	if service, ok := errors.AsType[*chat.Error](err); ok {
		stored.Service = &chat.Error{
			StatusCode: service.StatusCode, Code: service.Code, Message: service.Message, Target: service.Target,
			RequestID: service.RequestID, CorrelationVector: service.CorrelationVector, RetryAfter: service.RetryAfter,
		}
	}
	text, failed := json.Marshal(stored)
	return string(text), failed
}

// entryError has the text of an error that was stored, and matches what that matched.
type entryError struct {
	text   string
	causes []error
}

func (e *entryError) Error() string   { return e.text }
func (e *entryError) Unwrap() []error { return e.causes }

func restoreError(text string) error {
	if text == "" {
		return nil
	}
	var stored storedError
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return fmt.Errorf("read a stored error: %w", err)
	}
	restored := &entryError{text: stored.Text}
	if stored.Service != nil {
		restored.causes = append(restored.causes, stored.Service)
	}
	if stored.Unknown {
		restored.causes = append(restored.causes, chat.ErrOutcomeUnknown)
	}
	return restored
}

// ListOptions are the optional settings of [Outbox.List].
type ListOptions struct {
	// State and ThreadID select messages. Empty means all, an unknown state none.
	State    State
	ThreadID string
	// AfterThread and AfterSeq continue after an entry of a previous list. Zero means from the beginning.
	AfterThread string
	AfterSeq    int64
	// Limit is the largest number of entries. 0 or less means 100.
	Limit int
}

// List returns messages by thread and then in their order.
func (o *Outbox[Tx]) List(ctx context.Context, options *ListOptions) ([]Entry, error) {
	if options == nil {
		options = &ListOptions{}
	}
	limit := options.Limit
	if limit <= 0 {
		limit = 100
	}
	entries := []Entry{}
	err := o.db.pool.each(ctx, func(scan func(...any) error) error {
		e, err := scanEntry(scan)
		entries = append(entries, e)
		return err
	}, `SELECT `+entryColumns+` FROM chat_outbox_message
		WHERE ($1 = '' OR state = $1) AND ($2 = '' OR thread_id = $2) AND (thread_id > $3 OR thread_id = $3 AND seq > $4)
		ORDER BY thread_id, seq LIMIT $5`,
		string(options.State), options.ThreadID, options.AfterThread, options.AfterSeq, limit)
	if err != nil {
		return nil, failure("list", err)
	}
	return entries, nil
}

// Get returns the message of a user in a thread with a key. The error matches [ErrNotFound] if there is none, for example because it was
// sent long ago.
func (o *Outbox[Tx]) Get(ctx context.Context, user chat.CommunicationUser, threadID, key string) (Entry, error) {
	var e Entry
	found := false
	err := o.db.pool.each(ctx, func(scan func(...any) error) (err error) {
		found = true
		e, err = scanEntry(scan)
		return err
	}, `SELECT `+entryColumns+` FROM chat_outbox_message WHERE thread_id = $1 AND user_id = $2 AND key = $3`, threadID, user.RawID(), key)
	if err == nil && !found {
		err = ErrNotFound
	}
	if err != nil {
		return Entry{}, failure("get", err)
	}
	return e, nil
}

// Counts returns how many messages are in each state.
func (o *Outbox[Tx]) Counts(ctx context.Context) (map[State]int, error) {
	counts := make(map[State]int)
	err := o.db.pool.each(ctx, func(scan func(...any) error) error {
		var state string
		var n int
		err := scan(&state, &n)
		counts[State(state)] = n
		return err
	}, "SELECT state, count(*) FROM chat_outbox_message GROUP BY state")
	if err != nil {
		return nil, failure("count", err)
	}
	return counts, nil
}

// Retry makes failed messages of a thread pending again: those with the key, of every user, or all messages if the key is empty. They keep
// their places in the order of the thread. A message that may have been sent is searched for before it is sent again. Retry returns how
// many there were, 0 for an unknown thread.
func (o *Outbox[Tx]) Retry(ctx context.Context, threadID, key string) (retried int, err error) {
	err = o.db.inShortTx(ctx, func(tx Tx, s session) error {
		changed, err := s.exec(ctx, `UPDATE chat_outbox_message SET state = $1, settled_at = 0, failures = 0, failing_since = 0, not_before = 0
			WHERE thread_id = $2 AND state = $3 AND ($4 = '' OR key = $4)`, string(Pending), threadID, string(Failed), key)
		if err != nil || changed == 0 {
			return err
		}
		retried = int(changed)
		_, err = o.wake(ctx, tx, s, threadID, 0)
		return err
	})
	if err != nil {
		return 0, failure("retry", err)
	}
	return retried, nil
}

// Fail makes pending messages of a thread failed, so that those after them are sent: those with the key, of every user, or all messages if
// the key is empty. It returns how many there were, 0 for an unknown thread. [Entry.Err] remains that of the last attempt, and [Options.OnFailed] is not called. A message that is being sent at
// this moment can still arrive, and is [Sent] then; until that is known, its error matches [chat.ErrOutcomeUnknown] too.
func (o *Outbox[Tx]) Fail(ctx context.Context, threadID, key string) (failed int, err error) {
	reason, err := storeError(errGivenUp)
	if err != nil {
		return 0, failure("fail", err)
	}
	err = o.db.inShortTx(ctx, func(_ Tx, s session) error {
		// A worker reads and changes messages with the lease locked.
		if _, err := one(ctx, s, []any{new(int64)}, "SELECT generation FROM chat_outbox_lease WHERE thread_id = $1"+o.db.lockRow, threadID); err != nil {
			return err
		}
		if err := noteUnknown(ctx, s, threadID, key); err != nil {
			return err
		}
		changed, err := s.exec(ctx, `UPDATE chat_outbox_message SET state = $1, settled_at = `+o.db.now+`,
			error = CASE WHEN error = '' THEN $2 ELSE error END WHERE thread_id = $3 AND state = $4 AND ($5 = '' OR key = $5)`,
			string(Failed), reason, threadID, string(Pending), key)
		failed = int(changed)
		return err
	})
	if err != nil {
		return 0, failure("fail", err)
	}
	return failed, nil
}

// noteUnknown adds to the errors of the pending messages that may have been sent, because an attempt is in progress or its worker was killed,
// that this is so.
func noteUnknown(ctx context.Context, s session, threadID, key string) error {
	stored := make(map[int64]string) // errors by seq
	err := s.each(ctx, func(scan func(...any) error) error {
		var seq int64
		var text string
		err := scan(&seq, &text)
		stored[seq] = text
		return err
	}, `SELECT seq, error FROM chat_outbox_message WHERE thread_id = $1 AND state = $2 AND first_attempt <> 0 AND ($3 = '' OR key = $3)`,
		threadID, string(Pending), key)
	if err != nil {
		return err
	}
	for seq, text := range stored {
		unknown := fmt.Errorf("given up during an attempt: %w", chat.ErrOutcomeUnknown)
		if last := restoreError(text); errors.Is(last, chat.ErrOutcomeUnknown) {
			continue
		} else if last != nil {
			unknown = fmt.Errorf("%w; %w", last, unknown)
		}
		noted, err := storeError(unknown)
		if err != nil {
			return err
		}
		if err := changeOne(ctx, s, "note an unknown outcome", "UPDATE chat_outbox_message SET error = $1 WHERE thread_id = $2 AND seq = $3",
			noted, threadID, seq); err != nil {
			return err
		}
	}
	return nil
}

// errGivenUp is the error of a message that was never tried.
var errGivenUp = errors.New("given up before the first attempt")
