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

// Listen connects as the user of client, and returns once the service has accepted to send events: none is missed from then on
// without a [events.Gap]. It uses the endpoint, the token, the transport, the logger and the tracing of client, also those of a user of a
// [chat.Fleet]. The values of ctx are used as long as the listener lives, ctx itself until Listen returns. Nil options are the zero value.
//
// Listen tries four times if the service is not available, with growing pauses or those that the service asks for, and at once fails
// with a [*chat.Error] if it is refused, with the error of the credential or with an [*chat.ArgumentError]. If ctx ends, it fails with
// the error of ctx and that of the last try.
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

// Events returns the events as they come, for a range statement, which waits for the next one. It yields one error at most, and that
// last: the listener has given up, for the reason that [StateChange] describes. After Close, or after such an error, it yields the events
// that have come before and ends. A range statement that was left can be continued by another; several at a time share the events.
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

// Close says goodbye to the service, within CloseTimeout, and ends the listener. When it returns, no goroutine of the listener is left.
// Close the listener before its client, whose token it needs. It may be called more than once, and always returns nil.
func (l *Listener) Close() error {
	l.cancel()
	<-l.done
	return nil
}
