package realtime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

const (
	readLimit     = 1 << 20 // of one frame; the largest message is 112 KB there
	writeTimeout  = 10 * time.Second
	pingInterval  = 40 * time.Second
	pingTimeout   = 5 * time.Second
	activityAgain = 10 * time.Second
	activityLimit = 10 * time.Second
)

// session is an open socket. One goroutine reads from it until the session ends. Another one writes while there are frames to write, so
// that reading is never blocked by a service that does not read.
type session struct {
	listener  *Listener
	socket    *websocket.Conn
	deliverTo string // the URL to which the service sends events for this connection
	heartbeat time.Duration
	greeted   chan struct{} // closed once the service has confirmed the connection
	tasks     sync.WaitGroup

	ctx    context.Context // ends with the session; its cause is the reason
	cancel context.CancelCauseFunc

	mu         sync.Mutex // guards what follows
	registered bool
	heard      time.Time // when the last frame came that was handled
	outgoing   []string  // frames to write
	writing    bool      // a goroutine writes them
	lastID     int
	awaited    map[int]time.Time // the deadlines of acknowledgements, by id
	ends       time.Time         // of the connection's id; zero: not known
}

// open opens the socket of the handshake.
func (l *Listener) open(ctx context.Context, a *allocation, h handshake) (*session, error) {
	op := pipeline.Operation{Name: "Listener.Connect", Action: "realtime: open socket"}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	const path = "/socket.io/1/websocket/"
	target := *a.socket
	target.Path, target.RawPath = path+h.id, path+url.PathEscape(h.id)
	target.RawQuery = l.service.socketQuery(a).Encode()
	var socket *websocket.Conn
	err := l.service.pipeline.Upgrade(ctx, op, path, func(ctx context.Context, client *http.Client) (resp *http.Response, err error) {
		socket, resp, err = websocket.Dial(ctx, target.String(), &websocket.DialOptions{HTTPClient: client})
		return resp, err
	})
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(readLimit)
	s := &session{
		listener: l, socket: socket, deliverTo: a.deliverTo, heartbeat: h.heartbeat, greeted: make(chan struct{}),
		heard: time.Now(), ends: a.ends,
	}
	s.ctx, s.cancel = context.WithCancelCause(context.WithoutCancel(l.ctx)) // leave writes after l.ctx has ended
	s.tasks.Go(s.read)
	return s, nil
}

// greet waits until the service has confirmed the connection, and reports an active user.
func (s *session) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	select {
	case <-s.greeted:
		s.sendActivity()
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	case <-ctx.Done():
		return fmt.Errorf("realtime: the service did not greet: %w", ctx.Err())
	}
}

// end ends the session and its goroutines. The first cause is kept.
func (s *session) end(cause error) { s.cancel(cause) }

// close ends the session and waits for its goroutines.
func (s *session) close(cause error) {
	s.end(cause)
	_ = s.socket.CloseNow()
	s.tasks.Wait()
}

// leave sends a disconnect frame and closes the session, within ctx.
func (s *session) leave(ctx context.Context) {
	defer s.close(nil)
	stop := context.AfterFunc(ctx, func() { _ = s.socket.CloseNow() })
	defer stop()
	if s.socket.Write(ctx, websocket.MessageText, []byte("0::")) == nil {
		_ = s.socket.Close(websocket.StatusNormalClosure, "")
	}
}

// write queues a frame.
func (s *session) write(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outgoing = append(s.outgoing, text)
	if !s.writing {
		s.writing = true
		s.tasks.Go(s.writeOutgoing)
	}
}

// writeOutgoing writes the queued frames. A failure ends the session.
func (s *session) writeOutgoing() {
	for {
		s.mu.Lock()
		if len(s.outgoing) == 0 || s.ctx.Err() != nil {
			s.outgoing, s.writing = nil, false
			s.mu.Unlock()
			return
		}
		text := s.outgoing[0]
		s.outgoing = s.outgoing[1:]
		s.mu.Unlock()
		ctx, cancel := context.WithTimeout(s.ctx, writeTimeout)
		err := s.socket.Write(ctx, websocket.MessageText, []byte(text))
		cancel()
		if err != nil {
			s.end(fmt.Errorf("realtime: write: %w", err))
		}
	}
}

// sendEvent sends an event that must be acknowledged within limit. 0 means that no acknowledgement is required.
func (s *session) sendEvent(limit time.Duration, name string, args ...any) {
	s.mu.Lock()
	s.lastID++
	id := s.lastID
	if limit > 0 {
		if s.awaited == nil {
			s.awaited = make(map[int]time.Time)
		}
		s.awaited[id] = time.Now().Add(limit)
	}
	s.mu.Unlock()
	s.write(eventFrame(id, name, args...))
}

// sendActivity reports that the user is active.
func (s *session) sendActivity() {
	s.sendEvent(activityLimit, "user.activity", map[string]string{"state": "active"})
}

// nextOverdue is when the next acknowledgement is overdue. It reports false if none is awaited.
func (s *session) nextOverdue() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next time.Time
	for _, due := range s.awaited {
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return next, !next.IsZero()
}

var errNotAcknowledged = errors.New("realtime: the service does not acknowledge")

// serve keeps the session and its registration alive until the session ends, and returns the reason. The registration is valid for the
// given time.
func (s *session) serve(ttl time.Duration) error {
	ping := time.NewTicker(s.pingInterval())
	defer ping.Stop()
	activity := time.NewTimer(activityAgain)
	defer activity.Stop()
	renewal := newRenewal(ttl)
	defer renewal.timer.Stop()
	overdue := time.NewTimer(activityLimit)
	defer overdue.Stop()
	for {
		if due, ok := s.nextOverdue(); ok {
			overdue.Reset(time.Until(due))
		}
		select {
		case <-s.listener.ctx.Done():
			return s.listener.ctx.Err()
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		case <-ping.C:
			s.sendEvent(pingTimeout, "ping")
		case <-activity.C:
			s.sendActivity()
		case <-overdue.C:
			if due, ok := s.nextOverdue(); ok && !time.Now().Before(due) {
				return errNotAcknowledged
			}
		case <-renewal.timer.C:
			if err := renewal.renew(s); err != nil {
				return err
			}
		}
	}
}

// lastHeard is when the last frame came.
func (s *session) lastHeard() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// pingInterval is shorter than the time after which the service drops a silent client.
func (s *session) pingInterval() time.Duration {
	if s.heartbeat > 0 {
		return max(time.Second, min(pingInterval, s.heartbeat*2/3))
	}
	return pingInterval
}
