package chattest

import (
	"bytes"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// dueTime is the earliest time at which a retention policy may be due, in milliseconds since 1970. 0 is unknown.
type dueTime struct {
	next atomic.Int64

	mu       sync.Mutex  // guards the fields below
	watchers int         // open connections and event subscriptions
	timer    *time.Timer // nil if no thread is due
}

const never = math.MaxInt64

// atMost lowers the time to ms. An unknown time stays unknown, since the search for it takes ms into account.
func (d *dueTime) atMost(ms int64) {
	for {
		next := d.next.Load()
		if next == 0 || next <= ms || d.next.CompareAndSwap(next, ms) {
			return
		}
	}
}

// forget makes the time unknown, after the store was replaced.
func (d *dueTime) forget() { d.next.Store(0) }

// watchDueThreads adds to the number of those who wait for events. While there are any, a timer deletes due threads without a request, so
// that they receive the event.
func (s *Service) watchDueThreads(more int) {
	s.due.mu.Lock()
	s.due.watchers += more
	s.due.mu.Unlock()
	s.awaitDueThread()
}

// awaitDueThread sets the timer to the earliest known time if due threads are watched.
func (s *Service) awaitDueThread() {
	s.due.mu.Lock()
	defer s.due.mu.Unlock()
	if s.due.timer != nil {
		s.due.timer.Stop()
		s.due.timer = nil
	}
	if next := s.due.next.Load(); s.due.watchers > 0 && next != never {
		wait := max(time.UnixMilli(next).Sub(s.Now()), time.Millisecond)
		s.due.timer = time.AfterFunc(wait, s.deleteDueThreads)
	}
}

// dueAt is when the policy of a thread deletes it, in milliseconds since 1970.
func (p threadProperties) dueAt() int64 {
	if p.RetentionPolicy.Kind != chatapi.RetentionPolicyKindThreadCreationDate || p.RetentionPolicy.DeleteThreadAfterDays == nil {
		return never
	}
	return instant(p.CreatedOn).AddDate(0, 0, int(*p.RetentionPolicy.DeleteThreadAfterDays)).UnixMilli()
}

// deleteDueThreads deletes the threads whose retention policy is due. It is cheap if none is.
func (s *Service) deleteDueThreads() {
	now := s.Now()
	if now.UnixMilli() < s.due.next.Load() {
		return
	}
	s.due.next.Store(never) // lowered by policies that are set during the search, and after it
	due, next, err := s.dueThreads(now)
	if err == nil && len(due) > 0 {
		err = s.store.update(func(tx *bbolt.Tx) error { return s.deleteByPolicy(tx, due, now) })
	}
	if err != nil {
		s.due.forget()
		return
	}
	s.due.atMost(next)
	s.awaitDueThread()
}

// dueThreads lists the ids of threads that are due, and says when the next one is.
func (s *Service) dueThreads(now time.Time) (due []string, next int64, err error) {
	next = never
	err = s.store.view(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(propertiesBucket)).ForEach(func(_, item []byte) error {
			if !bytes.Contains(item, []byte(chatapi.RetentionPolicyKindThreadCreationDate)) {
				return nil // as for nearly all threads
			}
			p := stored[threadProperties](item)
			t := &thread{tx: tx, id: p.ID}
			switch at := p.dueAt(); {
			case !t.load() || t.err != nil || t.state.Deleted != 0:
			case at <= now.UnixMilli():
				due = append(due, p.ID)
			default:
				next = min(next, at)
			}
			return t.err
		})
	})
	return due, next, err
}

// deleteByPolicy deletes threads in a transaction, unless they were deleted or their policy has changed in the meantime.
func (s *Service) deleteByPolicy(tx *bbolt.Tx, ids []string, now time.Time) error {
	for _, id := range ids {
		t := &thread{tx: tx, id: id, now: now.UnixMilli()}
		if !t.load() || t.state.Deleted != 0 || t.properties().dueAt() > t.now {
			continue
		}
		t.end(participant{}, events.DeletionReasonPolicy)
		if err := s.saveThread(t); err != nil {
			return err
		}
	}
	return nil
}
