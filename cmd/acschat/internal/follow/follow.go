// Package follow finds what is new in a thread by listing its messages.
package follow

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
)

// MinInterval keeps to the published rate limit of listing messages: 200 per minute.
const MinInterval = 300 * time.Millisecond

// LookBack is how late, in milliseconds, a message may appear behind one with a higher version: several machines write a thread.
// Versions count milliseconds too.
const LookBack = 10_000

// Follower finds new and changed messages of a thread. Messages are listed by version, and every change gives a message a version
// above all others.
type Follower struct {
	thread *chat.ThreadClient
	floor  int64              // the highest version at the start
	newest int64              // the highest version so far
	seen   map[int64]struct{} // the versions returned, as far back as LookBack

	read []chat.Message // by a listing that has failed
	next string         // the continuation token of that listing; "" to list from the top
}

// New returns a follower that continues after the latest messages, of which there may be none since start.
func New(thread *chat.ThreadClient, latest []chat.Message, start time.Time) *Follower {
	f := &Follower{thread: thread, seen: map[int64]struct{}{}}
	if !start.IsZero() {
		f.floor = start.UnixMilli() - 1
	}
	for _, m := range latest {
		f.floor = max(f.floor, Version(m))
	}
	f.newest = f.floor
	return f
}

// News returns the messages that are new or changed since the last call, oldest first. If the listing fails, the next call continues
// it. After an error that is not temporary, do not call News again.
func (f *Follower) News(ctx context.Context) ([]chat.Message, error) {
	const page = 20
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1, TryTimeout: time.Minute}) // the caller calls again
	horizon := max(f.floor, f.newest-LookBack)
	options := &chat.ListMessagesOptions{PageSize: page, ContinuationToken: f.next}
	for page, err := range f.thread.ListMessages(options).Pages(ctx) {
		if err != nil {
			return nil, err
		}
		end := slices.IndexFunc(page.Items, func(m chat.Message) bool { return Version(m) <= horizon })
		if end >= 0 {
			f.read = append(f.read, page.Items[:end]...)
			break
		}
		f.read, f.next = append(f.read, page.Items...), page.ContinuationToken
	}
	var news []chat.Message
	for _, m := range f.read {
		if _, seen := f.seen[Version(m)]; !seen {
			f.seen[Version(m)] = struct{}{}
			news = append(news, m)
		}
	}
	f.read, f.next = nil, ""
	for _, m := range news {
		f.newest = max(f.newest, Version(m))
	}
	maps.DeleteFunc(f.seen, func(v int64, _ struct{}) bool { return v <= f.newest-LookBack })
	slices.Reverse(news)
	return news, nil
}

// Version returns the version of a message as a number, 0 if it is not one.
func Version(m chat.Message) int64 {
	v, err := strconv.ParseInt(m.Version, 10, 64)
	if err != nil {
		return 0
	}
	return v
}
