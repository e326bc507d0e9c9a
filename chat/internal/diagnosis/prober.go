package diagnosis

import (
	"context"
	"net/http"
	"time"
)

// Prober reads from the service, as the user, what tells one cause from another. Each method makes one request but FindThread, and
// fetches no token. A status of 0 says that there was no answer.
type Prober interface {
	Properties(ctx context.Context, threadID string) (createdOn time.Time, status int)
	// CountParticipants counts the participants on a first page of that size.
	CountParticipants(ctx context.Context, threadID string, pageSize int) (count, status int)
	Message(ctx context.Context, threadID, messageID string) (m Message, status int)
	// FindThread looks for a thread on the first pages of the user's threads, which have deleted ones and those the user has left.
	FindThread(ctx context.Context, threadID string, pages int) Search
}

// Message is a message as the user sees it.
type Message struct {
	ID, Type string
	Sender   string // the raw id; empty: the service wrote it
}

// Search is the outcome of looking for a thread among those of the user.
type Search struct {
	Read      bool // at least one page was read
	Complete  bool // there are no more pages
	Found     bool
	DeletedOn time.Time // zero: the thread is not deleted
}

// threadState is what the user sees of a thread now.
type threadState struct {
	createdOn time.Time // known after a 404
	member    bool      // the user is a participant
	search    Search    // made unless member
}

// maxThreadPages is how many pages of the user's threads are looked through.
const maxThreadPages = 2

// thread reads a thread as the user sees it, once an examination. It is nil if nothing can be told.
func (x *examination) thread(ctx context.Context) *threadState {
	if x.probed || x.threadID == "" || !x.mayProbe(ctx) {
		return x.state
	}
	x.probed = true
	s := &threadState{}
	var status int
	if x.status() == http.StatusNotFound {
		s.createdOn, status = x.prober.Properties(ctx, x.threadID)
	} else { // former participants may still read the properties, but not the participants
		_, status = x.prober.CountParticipants(ctx, x.threadID, 1)
	}
	switch status {
	case http.StatusOK:
		s.member = true
	case http.StatusForbidden, http.StatusNotFound:
		s.search = x.prober.FindThread(ctx, x.threadID, maxThreadPages)
	default:
		return nil
	}
	x.state = s
	return s
}

// message reads the message that the call was about. It is nil if that fails.
func (x *examination) message(ctx context.Context) *Message {
	if x.called.messageID == "" || !x.mayProbe(ctx) {
		return nil
	}
	m, status := x.prober.Message(ctx, x.threadID, x.called.messageID)
	if status != http.StatusOK {
		return nil
	}
	return &m
}

// countParticipants counts the first page of the thread's participants. It is 0 if that fails.
func (x *examination) countParticipants(ctx context.Context) int {
	if x.threadID == "" || !x.mayProbe(ctx) {
		return 0
	}
	count, _ := x.prober.CountParticipants(ctx, x.threadID, maxParticipants)
	return count
}

func (x *examination) mayProbe(ctx context.Context) bool { return x.prober != nil && ctx.Err() == nil }
