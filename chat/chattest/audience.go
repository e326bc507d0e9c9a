package chattest

import (
	"bytes"
	"sync"
)

// audience lists the participants of a thread at one moment.
type audience struct {
	joined, participants int64 // of the threadState: together they differ for every list of participants
	users                []User
}

// audiences caches the audience of each thread with an event, so that a message in a large thread does not read and allocate every
// participant. Only committed audiences are cached.
type audiences struct {
	mu      sync.Mutex // guards threads
	threads map[int64]audience
}

// of lists the participants of a thread. The list is shared and must not be modified.
func (a *audiences) of(t *thread) audience {
	a.mu.Lock()
	kept, ok := a.threads[t.state.Number]
	a.mu.Unlock()
	if ok && kept.joined == t.state.Joined && kept.participants == t.state.Participants {
		return kept
	}
	list := audience{joined: t.state.Joined, participants: t.state.Participants, users: make([]User, 0, t.state.Participants)}
	prefix := number(t.state.Number)
	c := t.tx.Bucket([]byte(membersBucket)).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		list.users = append(list.users, User{ID: string(k[len(prefix):])})
	}
	return list
}

func (a *audiences) keep(thread int64, list audience) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.threads == nil {
		a.threads = make(map[int64]audience)
	}
	a.threads[thread] = list
}

func (a *audiences) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.threads = nil
}
