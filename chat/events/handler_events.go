package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// errPanicked is the error of a callback that panicked.
var errPanicked = errors.New("the callback panicked")

// handle passes the events of a request to the callback, or puts them into the queue. It returns the status of the answer.
func (h *Handler) handle(ctx context.Context, list []Event) int {
	if h.queue.closed() {
		return http.StatusServiceUnavailable
	}
	pass := h.handleOnce
	if h.queue.size > 0 {
		pass = h.enqueue
	}
	for _, event := range list {
		if h.ignores(event) {
			continue
		}
		switch err := pass(ctx, event); {
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
func (h *Handler) handleOnce(ctx context.Context, event Event) error {
	keys := seenKeys(event)
	release, err := h.running.acquire(ctx, keys)
	if err != nil {
		h.logFailure(ctx, event, fmt.Errorf("wait for another delivery: %w", err))
		return err
	}
	defer release()
	return h.call(ctx, event, keys)
}

// enqueue puts an event into the queue, unless it is there or was handled.
func (h *Handler) enqueue(ctx context.Context, event Event) error {
	keys := seenKeys(event)
	release, ok := h.running.tryAcquire(keys)
	if !ok {
		return nil
	}
	seen, err := h.options.Seen.Seen(ctx, keys)
	if err == nil && !seen {
		err = h.queue.push(queued{ctx, event, keys, release})
	}
	if err != nil || seen {
		release()
	}
	if err != nil {
		h.logFailure(ctx, event, err)
	}
	return err
}

// handleQueued passes an event of the queue to the callback.
func (h *Handler) handleQueued(q queued) {
	defer q.release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.ctx), h.options.Timeout)
	defer cancel()
	_ = h.call(ctx, q.event, q.keys) // which has logged it
}

// call calls the callback unless the event was seen, and records it after success.
func (h *Handler) call(ctx context.Context, event Event, keys []string) error {
	err := ctx.Err()
	if err == nil {
		var seen bool
		if seen, err = h.options.Seen.Seen(ctx, keys); seen && err == nil {
			return nil
		}
	}
	if err == nil {
		err = h.callSafely(ctx, event)
	}
	if err != nil {
		h.logFailure(ctx, event, err)
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout) // that of the callback may have ended
	defer cancel()
	if err := h.options.Seen.Record(ctx, keys); err != nil { // the event is handled nevertheless
		h.logFailure(ctx, event, fmt.Errorf("record the event: %w", err))
	}
	return nil
}

// callSafely turns a panic of the callback into an error.
func (h *Handler) callSafely(ctx context.Context, event Event) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errPanicked
			h.log(ctx, slog.LevelError, "event callback panicked", append(eventAttrs(event),
				slog.String("panic", pipeline.LogLine(fmt.Sprint(cause))), slog.String("stack", string(debug.Stack())))...)
		}
	}()
	return h.callback(ctx, event)
}

func (h *Handler) logFailure(ctx context.Context, event Event, err error) {
	if errors.Is(err, errPanicked) {
		return // it is in the log
	}
	h.log(ctx, slog.LevelWarn, "event not handled", append(eventAttrs(event), slog.String("error", pipeline.LogLine(err.Error())))...)
}

func eventAttrs(event Event) []slog.Attr {
	h := event.EventHeader()
	return []slog.Attr{
		slog.String("event_id", pipeline.LogLine(h.ID)), slog.String("kind", string(event.Kind())), slog.String("thread", pipeline.LogLine(h.ThreadID)),
	}
}
