package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// leastInterval keeps to the published limit of listing messages: 200 a minute.
const leastInterval = 300 * time.Millisecond

// follow prints the latest messages, and then what is new until it is interrupted.
func (t *tool) follow(cmd *cobra.Command, thread *chat.ThreadClient, options *chat.ListMessagesOptions, limit int, interval time.Duration) error {
	out := newListing(cmd.OutOrStdout(), &t.output, messageView())
	latest, err := thread.ListMessages(options).Collect(cmd.Context(), limit)
	if err != nil {
		return err
	}
	f := newFollower(thread, latest, options.StartTime)
	slices.Reverse(latest)
	if err := out.write(latest); err != nil {
		return err
	}
	trouble := false
	for wait(cmd.Context(), interval) {
		news, err := f.news(cmd.Context())
		switch {
		case errors.Is(err, context.Canceled):
			continue // wait knows
		case err != nil && !passes(err):
			return err
		case err != nil && !trouble:
			fmt.Fprintln(cmd.ErrOrStderr(), "acschat: trying on:", harmless.Line(err.Error()))
		}
		trouble = err != nil
		if err := out.write(news); err != nil {
			return err
		}
	}
	return nil // an interrupt is how it ends
}

// wait reports false when the context has ended before the time.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// passes reports whether it makes sense to try on: the service is busy, or the network away.
func passes(err error) bool {
	_, refused := errors.AsType[*chat.Error](err)
	return !refused && !isMisuse(err) || errors.Is(err, chat.ErrUnavailable) || errors.Is(err, chat.ErrThrottled)
}

// lookBack is how late a message may appear behind one with a higher version: many machines write a thread.
const lookBack = 10_000 // milliseconds, the unit of versions

// follower finds what is new in a thread. Listings are by version, and every change gives a message a version above all others.
type follower struct {
	thread *chat.ThreadClient
	floor  int64              // the highest version there was at the beginning
	newest int64              // the highest version there is
	told   map[int64]struct{} // the versions told, as far as lookBack goes
}

// newFollower goes on behind the latest messages, which may be none since the start.
func newFollower(thread *chat.ThreadClient, latest []chat.Message, start time.Time) *follower {
	f := &follower{thread: thread, told: map[int64]struct{}{}}
	if !start.IsZero() {
		f.floor = start.UnixMilli() - 1
	}
	for _, m := range latest {
		f.floor = max(f.floor, version(m))
	}
	f.newest = f.floor
	return f
}

// news lists what was not told yet, oldest first.
func (f *follower) news(ctx context.Context) ([]chat.Message, error) {
	const page = 20
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1, TryTimeout: time.Minute}) // there is a next look anyway
	var news []chat.Message
	horizon := max(f.floor, f.newest-lookBack)
	for m, err := range f.thread.ListMessages(&chat.ListMessagesOptions{PageSize: page}).All(ctx) {
		if err != nil {
			return nil, err
		}
		if version(m) <= horizon {
			break
		}
		if _, told := f.told[version(m)]; !told {
			news = append(news, m)
		}
	}
	for _, m := range news {
		f.told[version(m)] = struct{}{}
		f.newest = max(f.newest, version(m))
	}
	maps.DeleteFunc(f.told, func(v int64, _ struct{}) bool { return v <= f.newest-lookBack })
	slices.Reverse(news)
	return news, nil
}

func version(m chat.Message) int64 {
	v, err := strconv.ParseInt(m.Version, 10, 64)
	if err != nil {
		return 0 // the service counts milliseconds; what is not a number is told once, at the beginning
	}
	return v
}
