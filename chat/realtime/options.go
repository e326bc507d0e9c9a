package realtime

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Options are the optional settings of [Listen].
type Options struct {
	// QueueSize is how many events wait for the program at most. What comes while the queue is full is dropped, and a
	// [events.Gap] takes its place. 0: 1,024.
	QueueSize int
	// CloseTimeout bounds what Close does to say goodbye to the service. 0: 5 seconds.
	CloseTimeout time.Duration
	// OnStateChange is called with every change of the state and every failed attempt to connect, one call at a time, by a goroutine of
	// the listener or by Listen. It must return soon, since the listener waits for it, and must not call Close. Nil: no calls.
	OnStateChange func(StateChange)
}

const (
	defaultQueueSize    = 1024
	defaultCloseTimeout = 5 * time.Second
)

// withDefaults checks the options and fills in what is zero.
func (o *Options) withDefaults() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	filled := *o
	switch {
	case o.QueueSize < 0:
		return filled, &chat.ArgumentError{Name: "QueueSize", Reason: "must not be negative"}
	case o.CloseTimeout < 0:
		return filled, &chat.ArgumentError{Name: "CloseTimeout", Reason: "must not be negative"}
	}
	if filled.QueueSize == 0 {
		filled.QueueSize = defaultQueueSize
	}
	if filled.CloseTimeout == 0 {
		filled.CloseTimeout = defaultCloseTimeout
	}
	return filled, nil
}
