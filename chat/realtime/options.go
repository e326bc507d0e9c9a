package realtime

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Options are the optional settings of [Listen].
type Options struct {
	// QueueSize is the maximum number of events that wait for the program. Events that arrive while the queue is full are dropped, and an
	// [events.Gap] is yielded in their place. 0 means 1,024.
	QueueSize int
	// CloseTimeout limits the requests of Close. 0 means 5 seconds.
	CloseTimeout time.Duration
	// OnStateChange is called for every change of the state and every failed attempt to connect, one call at a time. The listener waits for
	// it: it must return soon, and must not call Close, which would wait for OnStateChange to return and thus never return itself. Nil means
	// no calls.
	OnStateChange func(StateChange)
}

const (
	defaultQueueSize    = 1024
	defaultCloseTimeout = 5 * time.Second
)

// withDefaults checks the options and replaces zero values by defaults.
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
