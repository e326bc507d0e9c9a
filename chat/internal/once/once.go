// Package once sends a message at most once, although the service has no idempotency key. Each attempt contains a key of the caller,
// and after an attempt with an unknown outcome the messages of the thread are searched for the key before there is another attempt.
package once

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Sending is a message to be sent, and what is needed to find it in its thread.
type Sending struct {
	Key string
	// Send makes an attempt. Its error matches pipeline.ErrOutcomeUnknown if the message may have been sent.
	Send func(context.Context) (id string, err error)
	// Thread is searched for the message.
	Thread Thread
	// Since is when the key may first have been used, by the clock of this machine. Zero means that it is not used yet.
	Since time.Time
	// Margin is how much earlier than the first use of the key the search begins, since clocks differ.
	Margin time.Duration
	// Lag is the longest time until a message is listed. 0 or less means none.
	Lag time.Duration
	// Retries is the largest number of attempts after the first.
	Retries int
}

// Do sends the message, unless it is found, and returns its id. The error matches pipeline.ErrOutcomeUnknown unless the message was
// certainly not sent, provided that the lag is not exceeded.
func (s *Sending) Do(ctx context.Context) (string, error) {
	start := time.Now()
	if !s.Since.IsZero() {
		start = s.Since
		id, err := s.find(ctx, start, time.Now())
		if err != nil {
			err = &pipeline.UnknownError{Cause: fmt.Errorf("chat: look for the message: %w", err)}
		}
		if id != "" || err != nil {
			return id, err
		}
	}
	for retries := 0; ; retries++ {
		id, err := s.Send(ctx)
		unknown, ok := errors.AsType[*pipeline.UnknownError](err)
		if !ok || ctx.Err() != nil {
			return id, err
		}
		id, doubt := s.find(ctx, start, time.Now())
		switch {
		case id != "":
			return id, nil
		case doubt != nil:
			return "", fmt.Errorf("%w; looking for it: %w", err, doubt)
		case retries >= s.Retries:
			return "", fmt.Errorf("%w; the thread does not contain the message after attempt %d", unknown.Cause, retries+1)
		}
	}
}

// find returns the id of the message, or "" if the thread certainly does not contain it. It looks, and if that does not show the
// message, it waits until the message of an attempt that has ended must be listed, and looks again.
func (s *Sending) find(ctx context.Context, start, ended time.Time) (string, error) {
	id, err := s.look(ctx, start)
	if id != "" || s.Lag <= 0 {
		return id, err
	}
	if err := wait(ctx, s.Lag-time.Since(ended)); err != nil {
		return "", err
	}
	return s.look(ctx, start)
}

// wait waits. It fails at once if the context ends before.
func wait(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return fmt.Errorf("no time to wait %v until it must be listed: %w", d, context.DeadlineExceeded)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
