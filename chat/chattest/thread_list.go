package chattest

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

const standardThreadsPage = 100

// threadItem is a thread in a list, in the form of the service.
type threadItem struct {
	ID                    string `json:"id"`
	Topic                 string `json:"topic"`
	DeletedOn             string `json:"deletedOn,omitempty"`
	LastMessageReceivedOn string `json:"lastMessageReceivedOn,omitempty"`
}

// listed is an entry of a list of threads whose thread has not been read yet.
type listed struct {
	thread   *thread
	activity int64
	kept     []byte // the thread as it was when the user left it, nil for a participant
}

func (c *call) listThreads(maxPageSize *int32, startTime *time.Time) ([]byte, error) {
	size, err := pageSize(maxPageSize, standardThreadsPage, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	seen, err := c.threadsCursor()
	if err != nil {
		return nil, err
	}
	start, err := c.startTime(startTime)
	if err != nil {
		return nil, err
	}
	var list page
	next := ""
	err = c.s.store.view(func(tx *bbolt.Tx) error {
		threads, err := listedThreads(tx, c.user, start*ticksPerMilli)
		if err != nil {
			return err
		}
		threads = seen.unseen(threads)
		for _, l := range threads[:min(c.pageLimit(size), len(threads))] {
			list.add(l.item())
			seen.pass(l.activity)
		}
		if len(threads) > c.pageLimit(size) {
			next = c.threadsLink(seen, maxPageSize, startTime)
		}
		return nil
	})
	return list.end(next), err
}

// listedThreads finds the threads in which the user is or was a participant, those with the latest activity first.
func listedThreads(tx *bbolt.Tx, user string, from int64) ([]listed, error) {
	var threads []listed
	prefix := membership(user, "")
	c := tx.Bucket([]byte(membershipsBucket)).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		l := listed{thread: &thread{tx: tx, id: string(k[len(prefix):])}}
		if len(v) > 0 {
			l.activity, l.kept = lastNumber(v[:8]), v[8:]
		} else {
			l.thread.load()
			l.activity = l.thread.state.Activity
		}
		if l.thread.err != nil {
			return nil, l.thread.err
		}
		if l.activity >= from {
			threads = append(threads, l)
		}
	}
	slices.SortFunc(threads, func(a, b listed) int { return cmp.Compare(b.activity, a.activity) })
	return threads, nil
}

func (l listed) item() []byte {
	if l.kept != nil {
		return l.kept
	}
	return encode(l.thread.item())
}

// item returns the thread in the form of lists.
func (t *thread) item() threadItem {
	i := threadItem{ID: t.id, Topic: t.properties().Topic, LastMessageReceivedOn: timestamp(t.state.LastMessage)}
	if t.state.Deleted != 0 {
		i.DeletedOn = timestamp(t.state.Deleted)
	}
	return i
}

func (c *call) threadsLink(seen threadsSeen, maxPageSize *int32, startTime *time.Time) string {
	parameters := []string{"syncState=" + escape(seen.encode())}
	if startTime != nil || c.query.Has("startTime") {
		parameters = append(parameters, c.linkStart(startTime))
	}
	if maxPageSize != nil {
		parameters = append(parameters, fmt.Sprintf("maxPageSize=%d", *maxPageSize))
	}
	return c.nextLink("/chat/threads", parameters...)
}
