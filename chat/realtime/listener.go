package realtime

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// Listener receives the events of one user. Close it when done. It is safe for concurrent use.
type Listener struct {
	service       *service
	queue         *queue
	onStateChange func(StateChange)
	closeTimeout  time.Duration

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	done   chan struct{} // closed when the last goroutine has ended

	// Of the goroutine that connects: first that of Listen, then that of run.
	configuration *configuration // nil: not known yet
	stale         bool           // the configuration is to be asked for again
	failures      int            // in a row

	mu     sync.Mutex // guards what follows
	state  State
	ahead  time.Duration // how far the service's clock is ahead of that of this process, as far as known
	events seen
	losses seen
}

// Listen connects as the user of client, and returns once the service has accepted the registration: from then on every event is
// yielded or covered by an [events.Gap]. It uses the endpoint, the token, the transport, the logger and the tracing of client, which may
// be that of a user of a [chat.Fleet]. ctx bounds the call to Listen; its values are used as long as the listener lives. Nil options are
// the zero value.
//
// If the service is not available, Listen makes three more attempts, after growing pauses or those that the service asks for. If it
// is refused, Listen fails at once with a [*chat.Error]; other errors are those of the credential and of the connection, and an
// [*chat.ArgumentError] for invalid arguments. If ctx ends, the error is that of ctx and that of the last attempt.
func Listen(ctx context.Context, client *chat.Client, options *Options) (*Listener, error) {
	o, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	if client == nil {
		return nil, &chat.ArgumentError{Name: "client", Reason: "must not be nil"}
	}
	l := &Listener{
		service: newService(client.Pipeline()), queue: newQueue(o.QueueSize), onStateChange: o.OnStateChange, closeTimeout: o.CloseTimeout,
		done: make(chan struct{}), events: newSeen(), losses: newSeen(),
	}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.enter(StateConnecting, nil, 0)
	s, ttl, err := l.start(ctx)
	if err != nil {
		l.cancel()
		l.enter(StateClosed, err, 0)
		return nil, err
	}
	l.enter(StateListening, nil, 0)
	go l.run(s, ttl)
	return l, nil
}

// Events returns the events as they arrive. A range over them waits for the next one. If the listener has given up, it yields the events
// that are left and then the error, last; every later range yields the error again. After Close it yields the events that are left,
// and ends. A later range continues where an earlier one was left; concurrent ones share the events.
func (l *Listener) Events() iter.Seq2[events.Event, error] {
	return func(yield func(events.Event, error) bool) {
		for {
			event, ok, err := l.queue.take()
			switch {
			case ok:
				if !yield(event, nil) {
					return
				}
			case err != nil:
				yield(nil, err)
				return
			default:
				return
			}
		}
	}
}

// Close closes the connection and removes the registration from the service, within CloseTimeout. When it returns, no goroutine of the
// listener is left. Close the listener before its client, whose token it needs: otherwise the registration stays until it expires. Close
// may be called more than once, and always returns nil.
func (l *Listener) Close() error {
	l.cancel()
	<-l.done
	return nil
}
