package chattest

import (
	"slices"
	"sync"
	"time"
)

// realtime sends events to clients over sockets. Without a socket it has no goroutine.
type realtime struct {
	service *Service

	mu            sync.Mutex                         // guards the fields below, and the fields of a socket that say so
	expected      map[string]expectedSocket          // by session id
	sockets       map[string][]*socket               // open ones by user
	registrations map[string]map[string]registration // by user and registration id
	open          int
	closed        bool

	running sync.WaitGroup // the goroutines of sockets
}

// expectedSocket is a socket that a handshake has announced.
type expectedSocket struct {
	user       string
	connection string
	endpoint   string // also the registration id
	since      time.Time
}

// registration determines which connection receives the events of a user. It ends by the clock of the machine, since a client measures its
// duration and does not know when the clock of the service is moved.
type registration struct {
	connection string
	end        time.Time
}

func (r registration) stands() bool { return time.Now().Before(r.end) }

// If more than maxExpected handshakes wait for their sockets, those older than expectTimeout are dropped.
const (
	expectTimeout = time.Minute
	maxExpected   = 1000
)

// expect returns a new session id, under which a socket is expected.
func (r *realtime) expect(e expectedSocket) (sid string) {
	sid = randomHex(8) + "-" + randomHex(8)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.expected == nil {
		r.expected = make(map[string]expectedSocket)
	}
	if len(r.expected) >= maxExpected {
		for old, e := range r.expected {
			if time.Since(e.since) > expectTimeout {
				delete(r.expected, old)
			}
		}
	}
	r.expected[sid] = e
	return sid
}

// enter registers the goroutine of a socket with running. It reports false if the service is closed.
func (r *realtime) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.running.Add(1)
	}
	return !r.closed
}

// take removes and returns the socket that is expected under a session id.
func (r *realtime) take(sid string) (e expectedSocket, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok = r.expected[sid]
	delete(r.expected, sid)
	return e, ok
}

// add makes a socket the current one of its connection, and sends the first frames. It reports false if the service is closed.
func (r *realtime) add(s *socket) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	for _, older := range r.sockets[s.user] {
		if older.connection == s.connection {
			r.drop(older)
			older.send(queued{text: frame{kind: frameDisconnect, data: "dup"}.String(), last: true})
		}
	}
	if known := r.registrations[s.user][s.endpoint]; known.connection == s.connection && known.stands() {
		s.registered = known.end
	}
	if r.sockets == nil {
		r.sockets = make(map[string][]*socket)
	}
	r.sockets[s.user] = append(r.sockets[s.user], s)
	r.open++
	r.service.watchDueThreads(1)
	s.greet()
	return true
}

// remove removes a socket that has ended.
func (r *realtime) remove(s *socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(s)
}

func (r *realtime) drop(s *socket) {
	open := r.sockets[s.user]
	i := slices.Index(open, s)
	if i < 0 {
		return
	}
	if r.sockets[s.user] = slices.Delete(open, i, i+1); len(r.sockets[s.user]) == 0 {
		delete(r.sockets, s.user)
	}
	r.open--
	r.service.watchDueThreads(-1)
}

// register makes a connection receive the events of a user, in place of the one that had the registration id before.
func (r *realtime) register(user, id string, to registration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.registrations == nil {
		r.registrations = make(map[string]map[string]registration)
	}
	if r.registrations[user] == nil {
		r.registrations[user] = make(map[string]registration)
	}
	for other, known := range r.registrations[user] {
		if !known.stands() {
			delete(r.registrations[user], other)
		}
	}
	r.registrations[user][id] = to
	for _, s := range r.sockets[user] {
		switch {
		case s.connection == to.connection:
			s.registered = to.end
			for _, d := range s.held {
				s.send(d)
			}
			s.held = nil
		case s.endpoint == id:
			s.registered, s.held, s.superseded = time.Time{}, nil, true
		}
	}
}

// unregister ends a registration.
func (r *realtime) unregister(user, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.registrations[user][id]
	delete(r.registrations[user], id)
	if len(r.registrations[user]) == 0 {
		delete(r.registrations, user)
	}
	for _, s := range r.sockets[user] {
		if s.connection == known.connection {
			s.registered, s.held, s.superseded = time.Time{}, nil, true
		}
	}
}

// tell queues an event for the sockets of its recipients. It does not block.
func (r *realtime) tell(o *occurrence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == 0 {
		return
	}
	n := &notification{occurrence: o}
	for _, u := range o.users {
		if u.ID == o.except {
			continue
		}
		open := r.sockets[u.ID]
		for _, s := range open {
			if s.receives(open) {
				r.deliver(s, n)
			}
		}
	}
}

// deliver queues a notification for a socket, or holds it until the client has registered, unless a fault is due.
func (r *realtime) deliver(s *socket, n *notification) {
	fault, id := r.service.faults.takeFor(DeliverEvent, n.occurrence.kind)
	d := queued{notification: n, delay: fault.Delay}
	times := 1
	if fault.DuplicateEvent {
		times = 2
	}
	put := s.send
	if s.registered.IsZero() {
		put = s.hold
	}
	switch {
	case id == 0:
		put(d)
	case fault.DropSocket:
		s.end()
	case fault.ExpiredToken:
		put(queued{text: unauthorizedEnd, last: true})
	case fault.MessageLoss:
		put(queued{text: messageLoss(n.occurrence.at)})
	case fault.ReorderEvent:
		for range times {
			s.late = append(s.late, d)
		}
		return
	case fault.losesEvent():
		return
	default:
		for range times {
			put(d)
		}
	}
	for _, late := range s.late {
		put(late)
	}
	s.late = nil
}

// close ends every socket and waits for their goroutines.
func (r *realtime) close() {
	r.mu.Lock()
	r.closed = true
	for _, open := range r.sockets {
		for _, s := range open {
			s.end()
		}
	}
	r.mu.Unlock()
	r.running.Wait()
}

// clear removes registrations and handshakes and ends every socket, after the users were deleted or replaced.
func (r *realtime) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expected, r.registrations = nil, nil
	for _, open := range r.sockets {
		for _, s := range open {
			s.end()
		}
	}
}
