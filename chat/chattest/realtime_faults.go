package chattest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// Check returns an error if op or f is not valid, or if f could not change op. [Service.Fail] panics with this error.
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
		allowed = f.onRequest(op)
		allowed.Event, allowed.LoseEvent, allowed.DuplicateEvent, allowed.ReorderEvent, allowed.WithholdAcknowledgement = "", false, false, false, false
	case ValidateWebhook, DeliverToWebhook:
		return f.checkDelivery(op)
	default:
		if f.onConnection() {
			return fmt.Errorf("%s is a request to the service: faults of events are those of %s and %s, and faults of acknowledgements those of %s",
				op, DeliverEvent, DeliverToWebhook, AcknowledgeFrame)
		}
		allowed = f.onRequest(op)
	}
	return f.checkMembers(op, allowed)
}

// onRequest returns the fault without the members that could not change a request to the service.
func (f Fault) onRequest(op Operation) Fault {
	if op == Any {
		return f
	}
	if !op.lists() {
		f.EmptyPage, f.ShortPage, f.DuplicateItem, f.NextLinkHost = false, 0, false, ""
	}
	if op != ListChatMessages {
		f.ListingLag = 0
	}
	if !op.identity() {
		f.ClockSkew = 0
	}
	return f
}

// checkMembers returns an error with the members that are not in allowed, the part of f that op can have.
func (f Fault) checkMembers(op Operation, allowed Fault) error {
	var given, can map[string]json.RawMessage
	_, _ = json.Unmarshal(encode(f), &given), json.Unmarshal(encode(allowed), &can)
	maps.DeleteFunc(given, func(name string, _ json.RawMessage) bool { return can[name] != nil })
	if len(given) == 0 {
		return nil
	}
	return fmt.Errorf("%s can't have %s", op, strings.Join(slices.Sorted(maps.Keys(given)), ", "))
}
