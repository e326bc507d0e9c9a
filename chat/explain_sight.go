package chat

import (
	"context"
	"errors"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// threadSight is what the user sees of a thread now.
type threadSight struct {
	properties ThreadProperties // after a 404
	err        error            // why it is closed to the user; nil: it is not
	listed     *ThreadItem      // in the user's threads; nil: not found there
	sought     bool             // the user's threads were looked through
	wholly     bool             // to the end
}

// member reports whether the user is in the thread.
func (s *threadSight) member() bool { return s.err == nil }

const (
	lookTimeout  = 5 * time.Second // of a request
	threadsPages = 2               // of the user's threads that are looked through
)

// look reads a thread as the user sees it, once an inquiry. It is nil where it can't be asked for, or nothing can be told from the
// answer.
func (q *inquiry) look(ctx context.Context) *threadSight {
	if q.looked || q.threadID == "" || !q.mayAsk(ctx) {
		return q.sight
	}
	q.looked = true
	s := &threadSight{}
	thread := q.client.ThreadClient(q.threadID)
	if errors.Is(q.refusal, ErrNotFound) {
		s.properties, s.err = thread.GetProperties(onceOnly(ctx))
	} else { // those who have left may still read the properties, and not who is in the thread
		_, s.err = thread.ListParticipants(&ListParticipantsOptions{PageSize: 1}).Collect(onceOnly(ctx), 1)
	}
	switch {
	case s.err == nil:
	case errors.Is(s.err, ErrForbidden), errors.Is(s.err, ErrNotFound):
		s.seek(ctx, q.client, q.threadID)
	default:
		return nil
	}
	q.sight = s
	return s
}

// seek looks for a thread among those of the user, which has deleted ones and those that the user has left.
func (s *threadSight) seek(ctx context.Context, c *Client, threadID string) {
	pages := 0
	for page, err := range c.ListThreads(nil).Pages(onceOnly(ctx)) {
		if err != nil {
			return
		}
		s.sought, s.wholly = true, page.Last
		for _, item := range page.Items {
			if item.ID == threadID {
				s.listed = &item
				return
			}
		}
		if pages++; pages == threadsPages {
			return
		}
	}
}

// lookAtMessage reads the message that the call was about. It is nil where that can't be read.
func (q *inquiry) lookAtMessage(ctx context.Context) *Message {
	if q.called.messageID == "" || !q.mayAsk(ctx) {
		return nil
	}
	m, err := q.client.ThreadClient(q.threadID).GetMessage(onceOnly(ctx), q.called.messageID)
	if err != nil {
		return nil
	}
	return &m
}

// countParticipants counts the first page of those in the thread. It is 0 where that can't be read.
func (q *inquiry) countParticipants(ctx context.Context) int {
	if q.threadID == "" || !q.mayAsk(ctx) {
		return 0
	}
	list := q.client.ThreadClient(q.threadID).ListParticipants(&ListParticipantsOptions{PageSize: maxParticipants})
	for page, err := range list.Pages(onceOnly(ctx)) {
		if err != nil {
			return 0
		}
		return len(page.Items)
	}
	return 0
}

// mayAsk reports whether a request may go out: somebody still waits, and it takes no new token.
func (q *inquiry) mayAsk(ctx context.Context) bool {
	return q.client != nil && ctx.Err() == nil && q.client.holdsToken()
}

// onceOnly keeps a call from being repeated, and from taking long.
func onceOnly(ctx context.Context) context.Context {
	return policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1, TryTimeout: lookTimeout})
}
