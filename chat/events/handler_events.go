package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// errPanicked is the error of a callback, a store or a check that panicked, which is in the log.
var errPanicked = errors.New("the event handler panicked")

// delivered is an event of a request with the keys by which it is recognised.
type delivered struct {
	event Event
	keys  []string
}

func deliveredOf(items []item) []delivered {
	list := make([]delivered, len(items))
	for i, item := range items {
		event := item.event()
		list[i] = delivered{event, seenKeys(event, item.origin(), item.typeName())}
	}
	return list
}

// handle passes the events of a request to the callback, or puts them into the queue. It returns the status of the answer.
func (h *Handler) handle(ctx context.Context, list []delivered) int {
	pass := h.handleOnce
	if h.queue.size > 0 {
		pass = h.enqueue
	}
	for _, d := range list {
		if h.ignores(d.event) {
			continue
		}
		err := h.safely(ctx, eventAttrs(d.event), func() error { return pass(ctx, d) })
		switch {
		case errors.Is(err, errPanicked):
			return http.StatusInternalServerError
		case err != nil:
			return http.StatusServiceUnavailable
		}
	}
	return http.StatusOK
}

// ignores reports whether the event is a message or typing of the ignored sender.
func (h *Handler) ignores(event Event) bool {
	sender := senderOf(event)
	return sender != nil && h.options.IgnoreSender != nil && sender.RawID() == h.options.IgnoreSender.RawID()
}

// senderOf is nil for events that are no messages and no typing.
func senderOf(event Event) chat.Identifier {
	switch e := event.(type) {
	case MessageReceived:
		return e.Message.Sender
	case MessageEdited:
		return e.Message.Sender
	case MessageDeleted:
		return e.Message.Sender
	case BotCommandReceived:
		return e.Message.Sender
	case TypingIndicatorReceived:
		return e.Sender
	}
	return nil
}

// handleOnce passes an event to the callback, unless that has happened. It waits for a callback that is running for the same event.
func (h *Handler) handleOnce(ctx context.Context, d delivered) error {
	release, err := h.running.acquire(ctx, d.keys)
	if err != nil {
		h.logFailure(ctx, d.event, fmt.Errorf("wait for another delivery: %w", err))
		return err
	}
	defer release()
	return h.call(ctx, d)
}

// enqueue puts an event into the queue, unless it is there or was handled.
func (h *Handler) enqueue(ctx context.Context, d delivered) error {
	release, ok := h.running.tryAcquire(d.keys)
	if !ok {
		return nil
	}
	isQueued := false
	defer func() {
		if !isQueued {
			release()
		}
	}()
	seen, err := h.options.Seen.Seen(ctx, d.keys)
	if err == nil && !seen {
		err = h.queue.push(queued{d, ctx, release})
		isQueued = err == nil
	}
	if err != nil {
		h.logFailure(ctx, d.event, err)
	}
	return err
}

// handleQueued passes an event of the queue to the callback.
func (h *Handler) handleQueued(q queued) {
	defer q.release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.ctx), h.options.Timeout)
	defer cancel()
	_ = h.safely(ctx, eventAttrs(q.event), func() error { return h.call(ctx, q.delivered) }) // which has logged it
}

// call calls the callback unless the event was seen, and records it after success.
func (h *Handler) call(ctx context.Context, d delivered) error {
	err := ctx.Err()
	if err == nil {
		var seen bool
		if seen, err = h.options.Seen.Seen(ctx, d.keys); seen && err == nil {
			return nil
		}
	}
	if err == nil {
		err = h.callback(ctx, d.event)
	}
	if err != nil {
		h.logFailure(ctx, d.event, err)
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout) // that of the callback may have ended
	defer cancel()
	err = h.safely(ctx, eventAttrs(d.event), func() error { return h.options.Seen.Record(ctx, d.keys) })
	if err != nil && !errors.Is(err, errPanicked) { // which is in the log; the event is handled nevertheless
		h.logFailure(ctx, d.event, fmt.Errorf("record the event: %w", err))
	}
	return nil
}

func (h *Handler) logFailure(ctx context.Context, event Event, err error) {
	h.log(ctx, slog.LevelWarn, "event not handled", append(eventAttrs(event), slog.String("error", pipeline.LogLine(err.Error())))...)
}

func eventAttrs(event Event) []slog.Attr {
	h := event.EventHeader()
	return []slog.Attr{
		slog.String("event_id", pipeline.LogLine(h.ID)), slog.String("kind", string(event.Kind())), slog.String("thread", pipeline.LogLine(h.ThreadID)),
	}
}
