package realtime

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// Listener receives the events of one user. Close it when done. It is safe for concurrent use. The zero value is not usable; use
// [Listen].
type Listener struct {
	service       *service
	queue         *queue
	onStateChange func(StateChange)
	closeTimeout  time.Duration

	ctx      context.Context // ends with Close
	unending context.Context // never ends
	cancel   context.CancelFunc
	done     chan struct{} // closed when the last goroutine has ended

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

// Listen connects as the user of client, and returns once the service has accepted the registration. Every later event is yielded or
// covered by an [events.Gap]. Listen uses the endpoint, the token, the transport, the logger and the tracing of client, which may come from
// [chat.Fleet.As]. ctx limits the call to Listen; its values are used during the whole life of the listener. Nil options are the zero
// value.
//
// If the service is not available, Listen makes three more attempts, after growing delays or those that the service requests. If the
// service refuses, Listen fails at once with a [*chat.Error]. Invalid arguments are reported as an [*chat.ArgumentError]; other errors are
// those of the credential and the connection. If ctx ends, the error matches both that of ctx and that of the last attempt.
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
	l.unending = context.WithoutCancel(ctx)
	l.ctx, l.cancel = context.WithCancel(l.unending)
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

// Events returns an iterator over the events, which waits for the next one. If the listener has given up, it yields the queued events and
// then the error; every later range yields the error again. After Close it yields the queued events and ends. A later range continues after
// the last event of an earlier one. Concurrent ranges share the events: each event is yielded to one of them.
func (l *Listener) Events() iter.Seq2[events.Event, error] {
	return func(yield func(events.Event, error) bool) {
		for {
			event, ok, err := l.queue.take(l.unending)
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

// Next waits for the next event and returns it, as a range over Events does. If the listener has given up, the error is the one that Events
// yields, after Close it is [chat.ErrClosed], and if ctx ends it is that of ctx; no event is lost then.
func (l *Listener) Next(ctx context.Context) (events.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	event, ok, err := l.queue.take(ctx)
	if !ok && err == nil {
		err = fmt.Errorf("realtime: the listener is %w", chat.ErrClosed)
	}
	return event, err
}

// Close closes the connection and removes the registration from the service, within CloseTimeout, and waits for the goroutines of the
// listener. Close the listener before its client, since it needs the client's token: otherwise the registration remains until it expires.
// Close may be called more than once and always returns nil.
func (l *Listener) Close() error {
	l.cancel()
	<-l.done
	return nil
}
