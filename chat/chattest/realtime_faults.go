package chattest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/acschat/acs-chat-go/chat/events"
)

// onConnection reports whether a fault has members that apply only to open connections.
func (f Fault) onConnection() bool {
	return f.Event != "" || f.LoseEvent || f.DuplicateEvent || f.ReorderEvent || f.MessageLoss || f.WithholdAcknowledgement || f.DropSocket
}

// losesEvent reports whether the fault drops the events that it hits.
func (f Fault) losesEvent() bool {
	return f.LoseEvent || f.Delay == 0 && !f.DuplicateEvent && !f.ReorderEvent
}

// withholds reports whether the fault drops the acknowledgements that it hits.
func (f Fault) withholds() bool {
	return f.WithholdAcknowledgement || f.Delay == 0 && !f.MessageLoss
}

// Check returns an error if f is not valid, or op is not or cannot have f. It is what [Service.Fail] checks.
func (f Fault) Check(op Operation) error {
	if err := cmp.Or(op.check(), f.check()); err != nil { // one line
		return err
	}
	if f.Event != "" && !slices.Contains(events.Kinds(), f.Event) {
		return fmt.Errorf("event must be the kind of an event such as %q, not %q", events.KindMessageReceived, f.Event)
	}
	allowed := Fault{Nth: f.Nth, Every: f.Every, Times: f.Times, Delay: f.Delay, ExpiredToken: f.ExpiredToken, DropSocket: f.DropSocket, MessageLoss: f.MessageLoss}
	switch op {
	case DeliverEvent:
		allowed.Event, allowed.LoseEvent, allowed.DuplicateEvent, allowed.ReorderEvent = f.Event, f.LoseEvent, f.DuplicateEvent, f.ReorderEvent
	case AcknowledgeFrame:
		allowed.WithholdAcknowledgement = f.WithholdAcknowledgement
	case OpenRealtimeSocket:
		allowed = f
		allowed.Event, allowed.LoseEvent, allowed.DuplicateEvent, allowed.ReorderEvent, allowed.WithholdAcknowledgement = "", false, false, false, false
	case ValidateWebhook, DeliverToWebhook:
		return f.checkDelivery(op)
	default:
		if f.onConnection() {
			return fmt.Errorf("%s is a request to the service: faults of events are those of %s and %s, and faults of acknowledgements those of %s",
				op, DeliverEvent, DeliverToWebhook, AcknowledgeFrame)
		}
		return nil
	}
	if string(encode(allowed)) != string(encode(f)) {
		return fmt.Errorf("%s does not have all of these members; it has %s", op, encode(allowed))
	}
	return nil
}
