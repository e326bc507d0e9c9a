package chattest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat/events"
)

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

// check refuses invalid values.
func (f Fault) check() error {
	switch {
	case f.Nth < 0:
		return errors.New("nth must not be negative")
	case f.Every < 0:
		return errors.New("every must not be negative")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status must be from 200 to 599")
	case f.RetryAfter < 0:
		return errors.New("retryAfter must not be negative")
	case f.Delay < 0:
		return errors.New("delay must not be negative")
	case f.ListingLag < 0:
		return errors.New("listingLag must not be negative")
	case f.ShortPage < 0:
		return errors.New("shortPage must not be negative")
	case f.LoseEvent && (f.DuplicateEvent || f.ReorderEvent):
		return errors.New("an event that is lost can't be duplicated or reordered")
	}
	return nil
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

// checkDelivery refuses members that faults of Event Grid do not have.
func (f Fault) checkDelivery(op Operation) error {
	allowed := Fault{Nth: f.Nth, Every: f.Every, Times: f.Times, Delay: f.Delay, Status: f.Status, LoseRequest: f.LoseRequest, LoseReply: f.LoseReply}
	if op == DeliverToWebhook {
		allowed.Event, allowed.LoseEvent, allowed.DuplicateEvent, allowed.ReorderEvent = f.Event, f.LoseEvent, f.DuplicateEvent, f.ReorderEvent
	}
	if err := f.checkMembers(op, allowed); err != nil {
		return err
	}
	hasEvent := func(t events.EventType) bool { return t.Kind == f.Event }
	if f.Event != "" && !slices.ContainsFunc(events.EventTypes(), hasEvent) {
		return fmt.Errorf("Event Grid has no event %s", f.Event)
	}
	if f.Status >= 200 && f.Status <= 204 {
		return errors.New("a fault can't answer for a webhook with a success")
	}
	return nil
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
