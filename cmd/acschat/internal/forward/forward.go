// Package forward delivers events to a webhook as Event Grid does: after a handshake, each at least once, again after a failure.
package forward

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// MaxWaiting is the most events that wait. Above it the oldest is given up.
const MaxWaiting = 10_000

// Forwarder delivers events to one webhook, one at a time. Its methods may be called concurrently.
type Forwarder struct {
	webhook *chattest.Webhook
	tell    func(Attempt)
	shaken  func(error)
	wake    chan struct{}

	mu      sync.Mutex // guards the fields below
	waiting []*delivery
	dropped int // above MaxWaiting
}

// Attempt is the outcome of a request with an event.
type Attempt struct {
	Event    events.Event // on the level of threads
	Number   int          // 1 for the first attempt
	Status   int          // of the answer, 0 without one
	Err      error        // nil if the event was accepted
	RetryIn  time.Duration
	Duration time.Duration
}

// delivery is an event that waits.
type delivery struct {
	event    events.Event
	attempts int
	first    time.Time // of the first attempt
	due      time.Time
}

// New returns a forwarder. It calls shaken after each handshake, with the reason if the webhook has not consented, and tell after each attempt,
// both from the goroutine of Run.
func New(webhook *chattest.Webhook, shaken func(error), tell func(Attempt)) *Forwarder {
	return &Forwarder{webhook: webhook, tell: tell, shaken: shaken, wake: make(chan struct{}, 1)}
}

// ErrNoType reports that Event Grid has no events of the kind.
var ErrNoType = errors.New("no type in Event Grid")

// Add queues an event for the thread, or several if Event Grid has one for each participant. It queues none if it fails: with ErrNoType, or
// because the event can't be formatted.
func (f *Forwarder) Add(event events.Event) error {
	header := event.EventHeader()
	header.Level, header.Recipient, header.ID, header.Subject = events.LevelThread, nil, chattest.NewEventID(), ""
	event = events.WithHeader(event, header)
	if _, ok := events.TypeOf(event); !ok {
		return ErrNoType
	}
	list := events.PerParticipant(event)
	if _, err := events.Format(f.webhook.Schema(), "", list...); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range list {
		f.waiting = append(f.waiting, &delivery{event: e})
	}
	surplus := max(0, len(f.waiting)-MaxWaiting)
	f.waiting = f.waiting[surplus:]
	f.dropped += surplus
	select {
	case f.wake <- struct{}{}:
	default:
	}
	return nil
}

// Undelivered returns how many events wait, and how many were given up because more than MaxWaiting waited. Events that the webhook refused are
// neither. An attempt that the end of Run has aborted counts as waiting.
func (f *Forwarder) Undelivered() (waiting, dropped int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.waiting), f.dropped
}

// Run makes the handshake, every few seconds until the webhook consents, and then delivers events until the context ends.
func (f *Forwarder) Run(ctx context.Context) {
	for {
		_, err := f.webhook.Validate(ctx)
		if ctx.Err() != nil {
			return
		}
		f.shaken(err)
		if err == nil {
			break
		}
		if !f.pause(ctx, chattest.HandshakeInterval, nil) {
			return
		}
	}
	for ctx.Err() == nil {
		d, wait := f.next(time.Now())
		if d == nil {
			f.pause(ctx, wait, f.wake)
			continue
		}
		f.attempt(ctx, d)
	}
}

// pause waits for a duration, 0 for any, for the channel or for the end of the context. It reports false at the end of the context.
func (f *Forwarder) pause(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	var due <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-wake:
	case <-ctx.Done():
		return false
	}
	return true
}

// next removes and returns the first delivery that is due. If there is none, it returns the time until one is, 0 for never.
func (f *Forwarder) next(now time.Time) (d *delivery, wait time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, d := range f.waiting {
		left := d.due.Sub(now)
		if left <= 0 {
			f.waiting = slices.Delete(f.waiting, i, i+1)
			return d, 0
		}
		if wait == 0 || left < wait {
			wait = left
		}
	}
	return nil, wait
}

// attempt delivers an event, and queues it again if that fails.
func (f *Forwarder) attempt(ctx context.Context, d *delivery) {
	began := time.Now()
	status, err := f.webhook.Deliver(ctx, d.attempts, d.event)
	if ctx.Err() != nil {
		f.wait(d)
		return
	}
	d.attempts++
	if d.attempts == 1 {
		d.first = began
	}
	ended := time.Now()
	a := Attempt{Event: d.event, Number: d.attempts, Status: status, Err: err, Duration: ended.Sub(began)}
	if due, again := chattest.NextAttempt(d.first, ended, d.attempts, status); err != nil && again {
		a.RetryIn, d.due = due.Sub(ended), due
		f.wait(d)
	}
	f.tell(a)
}

// wait queues a delivery again.
func (f *Forwarder) wait(d *delivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, d)
}
