package feed

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// live collects what the live sources announce: which threads to read. It never delays a source.
type live struct {
	signal   chan struct{} // has an element if there is something to take
	listener *realtime.Listener
	channels atomic.Int32 // open ones
	shared   bool         // there are other replicas, whose channels may get the events instead; of the goroutine of the range

	mu      sync.Mutex // guards what follows
	threads map[string]announced
	all     bool // events may be missing
	failed  error
}

// announced is what was heard about a thread.
type announced struct {
	version    int64 // the highest version of a message, 0 if the event has none
	unversed   bool  // an event without a message: read the thread whatever was read before
	properties bool
	joined     bool // participants: the user of the range may be one of them
}

// start receives from the sources until ctx ends. work counts the goroutines.
func (l *live) start(ctx context.Context, work *sync.WaitGroup, listener *realtime.Listener, channel <-chan events.Event) {
	l.signal, l.threads = make(chan struct{}, 1), map[string]announced{}
	if listener != nil {
		l.listener = listener
		work.Go(func() { l.listen(ctx, listener) })
	}
	if channel != nil {
		l.channels.Add(1)
		work.Go(func() { l.receive(ctx, channel) })
	}
}

// isHearing reports whether a source is expected to announce every change now. A listener does so in every replica, but a webhook calls only
// one of them.
func (l *live) isHearing() bool {
	return l.channels.Load() > 0 && !l.shared || l.listener != nil && l.listener.State() == realtime.StateListening
}

func (l *live) listen(ctx context.Context, listener *realtime.Listener) {
	for {
		event, err := listener.Next(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.note(func() { l.all, l.failed = true, err })
			}
			return
		}
		l.hear(event)
	}
}

func (l *live) receive(ctx context.Context, channel <-chan events.Event) {
	for {
		select {
		case event, ok := <-channel:
			if !ok {
				l.channels.Add(-1)
				l.note(func() { l.all = true })
				return
			}
			if event != nil {
				l.hear(event)
			}
		case <-ctx.Done():
			return
		}
	}
}

// hear records an event. Typing notifications and read receipts are no changes.
func (l *live) hear(event events.Event) {
	header := event.EventHeader()
	var a announced
	switch event.(type) {
	case events.TypingIndicatorReceived, events.ReadReceiptReceived:
		return
	case events.MessageReceived, events.MessageEdited, events.MessageDeleted:
		a.version, _ = strconv.ParseInt(header.Version, 10, 64)
		a.unversed = a.version <= 0
	case events.ThreadPropertiesUpdated:
		a.properties, a.unversed = true, true
	case events.ThreadCreated:
		a.properties, a.unversed, a.joined = true, true, true
	case events.ParticipantsAdded:
		a.unversed, a.joined = true, true
	default:
		a.unversed = true
	}
	l.note(func() {
		if header.ThreadID == "" {
			l.all = true
			return
		}
		known := l.threads[header.ThreadID]
		known.version = max(known.version, a.version)
		known.unversed = known.unversed || a.unversed
		known.properties = known.properties || a.properties
		known.joined = known.joined || a.joined
		l.threads[header.ThreadID] = known
	})
}

// note changes what is guarded, and signals it.
func (l *live) note(change func()) {
	l.mu.Lock()
	change()
	l.mu.Unlock()
	select {
	case l.signal <- struct{}{}:
	default:
	}
}

// take returns what was heard since the last call.
func (l *live) take() (threads map[string]announced, all bool, failed error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	threads, all, failed = l.threads, l.all, l.failed
	l.threads, l.all, l.failed = map[string]announced{}, false, nil
	return threads, all, failed
}
