package events

import "time"

// Gap reports that events may have been missed. To catch up, list the messages of the threads since LastHeard.
type Gap struct {
	Header

	// LastHeard is the time up to which no event is missing, by the clock of the service. It is zero if there is no such time.
	LastHeard time.Time
	Reason    GapReason
}

// Kind is [KindGap].
func (e Gap) Kind() Kind { return KindGap }

func (e Gap) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e Gap) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.LastHeard, w.GapReason = e.LastHeard.UTC(), e.Reason
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *Gap) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// GapReason is the reason for a gap.
type GapReason string

// The reasons for a gap.
const (
	GapReasonReconnected GapReason = "reconnected" // the connection was lost and is back
	GapReasonMessageLoss GapReason = "messageLoss" // the service reported that it lost events
	GapReasonOverflow    GapReason = "overflow"    // the program consumed events more slowly than they arrived
)
