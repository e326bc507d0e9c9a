package once

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
)

// Thread is what the search needs of a thread.
type Thread struct {
	// Sender returns the raw id of the user, "" if it is not known.
	Sender func(context.Context) (string, error)
	// Pages lists the messages, the highest version first.
	Pages func(context.Context) iter.Seq2[Page, error]
}

// Page is a page of messages.
type Page struct {
	Messages []Message
	Time     time.Time // of the service when it answered, zero if it did not say so
}

// Message is what the search needs of a message.
type Message struct {
	ID, Version string // milliseconds since 1970, by the clock of the service
	Sender      string // a raw id, "" if the service wrote the message, or it is malformed
	Key         string // "" if it has none
	Deleted     bool
}

// ErrUndecidable means that the messages of the thread do not show whether the message was sent, now or later.
var ErrUndecidable = errors.New("the thread does not show whether it contains the message")

var (
	// errDeleted is returned because a deleted message has no metadata.
	errDeleted = fmt.Errorf("%w: a message that was sent in the meantime is deleted, and may have had the key", ErrUndecidable)
	// errSender is returned because two users may use the same key.
	errSender = fmt.Errorf("%w: a message has the key, and its sender cannot be compared: the claims of the token cannot be read", ErrUndecidable)
	// errMalformed is returned because it may be the message.
	errMalformed = fmt.Errorf("%w: a message has the key, and no id or sender", ErrUndecidable)
	// errNoTime is returned because the clock of this machine may be ahead of that of the service.
	errNoTime = fmt.Errorf("%w: the service does not say since when to look, since its response has no Date", ErrUndecidable)
)

// look reads the messages since start once. It returns the id of the message, "" if it is not listed, and an error if that does not
// mean that it does not exist.
//
// A message that changes moves to the front of the list. Those that may have done so while later pages were read are read again.
func (s *Sending) look(ctx context.Context, start time.Time) (string, error) {
	sender, err := s.Thread.Sender(ctx)
	if err != nil {
		return "", err
	}
	found := finding{key: s.Key, sender: sender}
	for since := int64(0); ; since = found.newest {
		pages := 0
		for page, err := range s.Thread.Pages(ctx) {
			if err != nil {
				return "", err
			}
			if page.Time.IsZero() {
				return "", errNoTime
			}
			if found.start == 0 {
				found.start = startOf(start, page.Time) - s.Margin.Milliseconds()
			}
			if pages > 0 || len(page.Messages) > 0 { // nothing can have moved before the first message was read
				pages++
			}
			if !found.read(page, max(since, found.start)) {
				break
			}
		}
		if pages <= 1 {
			break
		}
	}
	if found.id != "" {
		return found.id, nil
	}
	return "", found.doubt
}

// finding is the result of a search.
type finding struct {
	key, sender string
	start       int64  // of the search, in milliseconds since 1970
	newest      int64  // the highest version
	id          string // of the earliest message with the key, "" for none
	doubt       error  // why the message may have been sent although none has the key
}

// read looks at the messages of a page since a version. It reports whether the next page may have others.
func (f *finding) read(page Page, since int64) (more bool) {
	for _, m := range page.Messages {
		version, err := strconv.ParseInt(m.Version, 10, 64)
		if err == nil && version < since {
			return false
		}
		f.newest = max(f.newest, version)
		foreign := m.Sender != "" && f.sender != "" && !strings.EqualFold(m.Sender, f.sender)
		switch id := number(m.ID); {
		case foreign:
		case m.Key == f.key && (m.Sender == "" || m.ID == ""):
			f.doubt = errMalformed
		case m.Key == f.key && f.sender == "":
			f.doubt = errSender
		case m.Key == f.key && (f.id == "" || id < number(f.id)):
			f.id = m.ID
		case m.Deleted && id >= f.start:
			f.doubt = errDeleted
		}
	}
	return true
}

// number reads the id of a message.
func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return n
}

// startOf returns a time by the clock of the service, in milliseconds since 1970, given the present time there. The
// time since the start is measured by the monotonic clock, which stands still while the machine sleeps, and by the wall clock, which
// may be set.
func startOf(start, service time.Time) int64 {
	now := time.Now()
	ago := max(0, now.Sub(start), now.Round(0).Sub(start.Round(0)))
	return service.Add(-ago).UnixMilli()
}
