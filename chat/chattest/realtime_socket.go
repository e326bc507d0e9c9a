package chattest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// A client that leaves more than maxQueued frames unread, or one for longer than writeTimeout, is disconnected. At most maxHeld events
// are held before its registration.
const (
	maxQueued    = 1000
	maxHeld      = 1000
	writeTimeout = 10 * time.Second
	maxFrame     = 1 << 20
)

// unauthorizedEnd closes a connection so that the client reconnects with a new token.
const unauthorizedEnd = `0:::{"reason":"unauthorized"}`

// messageLoss says that the service may have lost events.
func messageLoss(at int64) string {
	type indicator struct {
		Tag  string `json:"tag"`
		ETag string `json:"etag"`
	}
	return eventFrame("", "trouter.message_loss", map[string][]indicator{
		"droppedIndicators": {{"messaging", time.UnixMilli(at).UTC().Format(payloadTime)}},
	}).String()
}

// socket is an open connection of a client. One goroutine reads from it, and another one writes while there is something to write.
type socket struct {
	user       string
	connection string
	endpoint   string
	since      time.Time
	service    *Service
	conn       *websocket.Conn

	// Guarded by realtime.mu.
	registered time.Time // the end of the registration, zero before there is one
	superseded bool      // registered earlier, and not now
	held       []queued  // events before the registration
	late       []queued  // events that faults delay until after the next event

	mu       sync.Mutex // guards the fields below
	queue    []queued
	writing  bool
	ended    bool
	sent     int // deliveries
	answered int // deliveries that the client has answered with 200
	refused  int // deliveries that it has answered with another status

	done chan struct{} // closed by end
}

// queued is a frame to send, or a notification that is rendered when it is sent.
type queued struct {
	text         string
	notification *notification
	delay        time.Duration // before this frame and those after it
	last         bool          // the connection ends with it
}

// greet sends the frames that tell the client that it is connected.
func (s *socket) greet() {
	s.send(queued{text: frame{kind: frameConnect}.String()})
	s.send(queued{text: eventFrame("1", "trouter.connected", struct {
		TTL      int    `json:"ttl"`
		Duration string `json:"dur"`
	}{int(connectionLifetime.Seconds()) - 1, "1"}).String()})
}

// receives reports whether this socket receives or holds events. open are all open sockets of its user. It is called with realtime.mu held.
func (s *socket) receives(open []*socket) bool {
	switch {
	case !s.registered.IsZero():
		return time.Now().Before(s.registered)
	case s.superseded:
		return false
	}
	for _, other := range open {
		if other.endpoint == s.endpoint && !other.registered.IsZero() {
			return false // the client still receives it on the other socket
		}
	}
	return true
}

// hold keeps an event until the client has registered. It is called with realtime.mu held.
func (s *socket) hold(d queued) {
	if len(s.held) < maxHeld {
		s.held = append(s.held, d)
	}
}

// send queues a frame. It does not block: a client that does not keep up is disconnected.
func (s *socket) send(q queued) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	if s.queue = append(s.queue, q); len(s.queue) > maxQueued {
		s.endLocked()
		return
	}
	if !s.writing {
		s.writing = true
		s.service.realtime.running.Go(s.write)
	}
}

// write sends the queue until it is empty.
func (s *socket) write() {
	for {
		s.mu.Lock()
		if s.ended || len(s.queue) == 0 {
			s.writing = false
			s.queue = nil
			s.mu.Unlock()
			return
		}
		q := s.queue[0]
		s.queue = s.queue[1:]
		text := q.text
		if q.notification != nil {
			s.sent++
			text = q.notification.frameFor(s.user, s.connection, s.sent)
		}
		s.mu.Unlock()
		if !s.wait(q.delay) || !s.writeFrame(text) {
			s.end()
		} else if q.last {
			_ = s.conn.Close(websocket.StatusNormalClosure, "") // so that the client reads the frame first
			s.end()
		}
	}
}

// wait reports false when the socket ends first.
func (s *socket) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
		return false
	}
}

func (s *socket) writeFrame(text string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout) //nolint:forbidigo // the request has been answered
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, []byte(text)) == nil
}

// end disconnects the client.
func (s *socket) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLocked()
}

func (s *socket) endLocked() {
	if !s.ended {
		s.ended = true
		close(s.done)
		s.service.realtime.running.Go(func() { _ = s.conn.CloseNow() }) // CloseNow waits for a frame that is being written
	}
}

// read handles the frames of the client until the connection ends.
func (s *socket) read(ctx context.Context) {
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		f, ok := parseFrame(string(text))
		if !ok {
			continue
		}
		switch f.kind {
		case frameDisconnect:
			return
		case frameHeartbeat:
			s.send(queued{text: f.String()})
		case frameMessage:
			s.count(f.data)
		case frameEvent:
			s.acknowledge(f)
		}
	}
}

// acknowledge acknowledges an event of the client, unless a fault is due.
func (s *socket) acknowledge(f frame) {
	ack, wanted := f.acknowledgement()
	if !wanted {
		return
	}
	fault, id := s.service.faults.take(AcknowledgeFrame)
	switch {
	case id == 0:
		s.send(queued{text: ack.String()})
		return
	case fault.DropSocket:
		s.end()
		return
	case fault.ExpiredToken:
		s.send(queued{text: unauthorizedEnd, last: true})
		return
	case !fault.withholds():
		s.send(queued{text: ack.String(), delay: fault.Delay})
	}
	if fault.MessageLoss {
		s.send(queued{text: messageLoss(s.service.Now().UnixMilli())})
	}
}

// count counts a response to a delivery.
func (s *socket) count(data string) {
	var answer struct {
		Status int `json:"status"`
	}
	if json.Unmarshal([]byte(data), &answer) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer.Status == http.StatusOK {
		s.answered++
	} else {
		s.refused++
	}
}

// serveSocket upgrades a request to a socket and serves it until it ends. The official client retries a refused upgrade at once and
// forever, so a socket that no handshake has announced is opened and then closed with a frame.
func (s *Service) serveSocket(w http.ResponseWriter, r *http.Request, p *reply, query url.Values, fault Fault) {
	if !s.realtime.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.realtime.running.Done()
	s.hold(r, fault.Delay)
	if fault.LoseReply {
		panic(http.ErrAbortHandler)
	}
	expected, ok := s.realtime.take(path.Base(r.URL.Path))
	p.user = expected.user
	p.WriteHeader(http.StatusSwitchingProtocols)
	s.record(newRequest(r, OpenRealtimeSocket, query, nil, p, fault.Delay))
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // pages of every origin are clients
	if err != nil {
		return // it has answered
	}
	conn.SetReadLimit(maxFrame)
	sock := &socket{
		user: expected.user, connection: expected.connection, endpoint: expected.endpoint, since: s.Now(),
		service: s, conn: conn, done: make(chan struct{}),
	}
	defer sock.end()
	switch {
	case fault.DropSocket:
		return
	case !ok:
		sock.dismiss()
	case !s.realtime.add(sock):
		return
	default:
		defer s.realtime.remove(sock)
	}
	if fault.MessageLoss {
		sock.send(queued{text: messageLoss(s.Now().UnixMilli())})
	}
	sock.read(context.WithoutCancel(r.Context()))
}

// dismiss closes a connection so that the client starts again after a delay.
func (s *socket) dismiss() {
	s.send(queued{text: frame{kind: frameConnect}.String()})
	s.send(queued{text: frame{kind: frameDisconnect}.String(), last: true})
}
