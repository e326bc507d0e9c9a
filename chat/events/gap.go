package events

import "time"

// Gap says that events may have been missed. What happened after LastHeard is read through REST: list the messages of the threads
// concerned from LastHeard on.
type Gap struct {
	Header

	// LastHeard is the last moment up to which nothing is missing. It is zero where there is no such moment.
	LastHeard time.Time
	Reason    GapReason
}

// Kind is [KindGap].
func (e Gap) Kind() Kind { return KindGap }

// MarshalJSON writes the form that [Unmarshal] reads.
func (e Gap) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.LastHeard, w.GapReason = e.LastHeard.UTC(), e.Reason
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *Gap) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// GapReason is why events may have been missed.
type GapReason string

// The reasons for a gap.
const (
	GapReasonReconnected GapReason = "reconnected" // the connection was lost and is back
	GapReasonMessageLoss GapReason = "messageLoss" // the service said that it lost events
	GapReasonOverflow    GapReason = "overflow"    // the program took events more slowly than they came
)
