package realtime

import (
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// inFlight is how long an event may be in transit: events in this time before the last frame may have been lost.
const inFlight = 15 * time.Second

// receive puts an event into the queue, unless it is a duplicate. Unreadable events and those without a
// version are never treated as duplicates.
func (l *Listener) receive(body []byte) {
	event, id, err := decodeEvent(body, l.service.pipeline.Endpoint().URL)
	if err != nil {
		l.logUnreadable(id.kind, err)
	}
	l.mu.Lock()
	doubled := err == nil && id.version != "" && l.events.before(id)
	l.mu.Unlock()
	if doubled {
		return
	}
	var overflow events.Gap
	l.queue.put(event, func() events.Gap {
		overflow = l.gap(events.GapReasonOverflow, time.Now())
		return overflow
	})
	if overflow.Reason != "" {
		l.logGap(overflow)
	}
}

// missed puts a gap into the queue: events since the last frame of the service may be missing.
func (l *Listener) missed(reason events.GapReason, heard time.Time) {
	gap := l.gap(reason, heard)
	l.queue.putGap(gap)
	l.logGap(gap)
}

// gap makes a gap that begins shortly before the last frame of the service.
func (l *Listener) gap(reason events.GapReason, heard time.Time) events.Gap {
	l.mu.Lock()
	defer l.mu.Unlock()
	return events.Gap{
		Header:    events.Header{Time: time.Now().UTC()},
		LastHeard: heard.Add(l.ahead - inFlight).UTC().Truncate(time.Second), // REST has whole seconds
		Reason:    reason,
	}
}

// lossKnown reports whether a loss was announced before, and records it.
func (l *Listener) lossKnown(tag, etag string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.losses.before(identity{message: tag, version: etag})
}
