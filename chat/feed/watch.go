package feed

import (
	"context"
	"iter"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// Options are the optional settings of [Watch] and [WatchAll].
type Options struct {
	// From is where the range begins: a Cursor of a change, [Start], [Now] or [At]. A Store that knows a thread takes precedence. With
	// [WatchAll] it must not be a cursor of a change, which is a position in one thread. Empty means Start.
	From Cursor

	// Listener announces changes. The range takes the events of the listener: do not range over them elsewhere. It stays open. Nil means none.
	Listener *realtime.Listener
	// Events announces changes, those that an Event Grid webhook receives for example. The range receives from it without delay until it is
	// closed. After a gap every thread is read; events of other threads are ignored. An event that reaches a replica that does not read the
	// thread is lost, and while there are other replicas the channel does not make the reads less frequent. Nil means none.
	Events <-chan events.Event

	// Share is the part of each published rate limit that the range may use, above 0 and up to 1. The limits that the service counts per user
	// are divided equally among the replicas that share a Store, however many threads each of them reads. 0 means 0.5: 100 list calls a
	// minute per thread.
	Share float64
	// MaxInterval is the time between two reads of an idle thread. A thread that was active is read after an eighth of the time since, as
	// far as Share allows. With a live source that is connected, threads are read when it announces a change, and at this interval. 0 means
	// a minute.
	MaxInterval time.Duration
	// CallsPerMinute limits all calls of this range together, with [WatchAll]; each replica has its own. 0 means 300. [Watch] ignores it.
	CallsPerMinute int
	// MaxAge limits the age of changes that the first read of a thread may yield, by the clock of this process. If there are older ones after
	// the position, the error is [ErrCursorTooOld]; it does not apply to Start. 0 means no limit: the service keeps all messages.
	MaxAge time.Duration

	// Store keeps what was delivered, and lets one of several replicas read each thread; see [Store]. Each change is then written to it
	// twice, before it is yielded and when it is delivered. A change that a replica had yielded when it was killed is yielded again by the next
	// one, first and with the same cursor. A call of the Store that takes longer than LeaseTime, and than 5 seconds, fails and is repeated. Nil means none:
	// the caller keeps cursors.
	Store Store
	// LeaseTime is how long a replica must have been silent before others read its threads, at least 100 milliseconds. 0 means 5 seconds.
	LeaseTime time.Duration

	// OnError is called for every call, of the service or the Store, that failed and is repeated, and for every thread that [WatchAll] drops,
	// with the thread's id, or "" if there is none. It is called by the goroutine of the range, which waits for it. Nil means no calls.
	OnError func(threadID string, err error)
	// Lag tells how far the range is behind. Nil means that it is not measured.
	Lag *Lag
}

const (
	defaultShare          = 0.5
	defaultMaxInterval    = time.Minute
	defaultCallsPerMinute = 300
	defaultLeaseTime      = 5 * time.Second
	minLeaseTime          = 100 * time.Millisecond
)

// withDefaults checks the options and replaces zero values by defaults.
func (o *Options) withDefaults() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	filled := *o
	switch {
	case !(o.Share >= 0 && o.Share <= 1): // also not a number
		return filled, &chat.ArgumentError{Name: "Share", Reason: "must be between 0 and 1"}
	case o.MaxInterval < 0:
		return filled, &chat.ArgumentError{Name: "MaxInterval", Reason: "must not be negative"}
	case o.CallsPerMinute < 0:
		return filled, &chat.ArgumentError{Name: "CallsPerMinute", Reason: "must not be negative"}
	case o.MaxAge < 0:
		return filled, &chat.ArgumentError{Name: "MaxAge", Reason: "must not be negative"}
	case o.LeaseTime != 0 && o.LeaseTime < minLeaseTime:
		return filled, &chat.ArgumentError{Name: "LeaseTime", Reason: "must be 0 or at least " + minLeaseTime.String()}
	}
	if filled.Share == 0 {
		filled.Share = defaultShare
	}
	if filled.MaxInterval == 0 {
		filled.MaxInterval = defaultMaxInterval
	}
	if filled.CallsPerMinute == 0 {
		filled.CallsPerMinute = defaultCallsPerMinute
	}
	if filled.LeaseTime == 0 {
		filled.LeaseTime = defaultLeaseTime
	}
	if filled.Lag == nil {
		filled.Lag = &Lag{}
	}
	return filled, nil
}

// Watch returns an iterator over the changes of a thread, the oldest first, which waits for the next one. Nil options are the zero value.
//
// A change counts as delivered when the loop asks for the next one. The range ends with an error, its last value: [ErrThreadDeleted],
// [ErrRemoved], [ErrCursorTooOld], that of ctx, an [*chat.ArgumentError] for invalid options, or any other permanent error, such as
// [chat.ErrUnauthorized] or that of a [Store] that was closed. Calls that fail for another reason are repeated after growing delays.
//
// Every range begins at Options.From. Ranges may run at the same time, but not with the same Lag, Listener or Events.
//
// The API operations are ChatThread_ListChatMessages and ChatThread_GetChatThreadProperties.
func Watch(ctx context.Context, thread *chat.ThreadClient, options *Options) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		o, err := options.withDefaults()
		if err == nil && thread == nil {
			err = &chat.ArgumentError{Name: "thread", Reason: "must not be nil"}
		}
		var r *runner
		if err == nil {
			r = newRunner(thread.Client(), o, yield)
			err = r.follow(thread, o.From, time.Time{})
		}
		if err == nil {
			err = r.run(ctx)
		}
		if err != nil && err != errStopped { //nolint:errorlint // it is never wrapped
			yield(Change{}, err)
		}
	}
}
