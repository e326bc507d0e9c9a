package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// findings are the results of a run.
type findings struct {
	name string
	*plan
	seen

	fill, send, verify    time.Duration
	kills                 int
	loadBefore, loadAfter string

	missing, twice, misplaced int // messages
	examples                  []string
}

// check lists the threads.
func (f *findings) check(ctx context.Context, r *room) error {
	for thread, id := range r.threads {
		var texts []string // the newest first
		for m, err := range r.fleet.As(r.users[0]).ThreadClient(id).ListMessages(&chat.ListMessagesOptions{PageSize: 200}).All(ctx) {
			switch {
			case err != nil:
				return fmt.Errorf("list a thread: %w", err)
			case m.Type != chat.MessageTypeText:
			case m.Content.Message != m.Metadata[chat.OnceKeyMember]:
				return fmt.Errorf("the message %s has the key %q and the text %q", m.ID, m.Metadata[chat.OnceKeyMember], m.Content.Message)
			default:
				texts = append(texts, m.Content.Message)
			}
		}
		slices.Reverse(texts)
		f.compare(f.keys(thread), texts)
	}
	return nil
}

// compare compares the messages of a thread with those that were enqueued.
func (f *findings) compare(want, got []string) {
	position := make(map[string]int, len(want))
	for i, key := range want {
		position[key] = i
	}
	latest, found := -1, make(map[string]bool, len(got))
	for _, key := range got {
		i, known := position[key]
		switch {
		case !known:
			f.note(&f.misplaced, key+" was never enqueued")
		case found[key]:
			f.note(&f.twice, key+" was sent twice")
		case i < latest:
			f.note(&f.misplaced, key+" was sent after "+want[latest])
		default:
			latest = i
		}
		found[key] = true
	}
	for _, key := range want {
		if !found[key] {
			f.note(&f.missing, key+" was not sent")
		}
	}
}

// note counts a fault, and keeps the first ones.
func (f *findings) note(count *int, fault string) {
	if *count++; len(f.examples) < 10 {
		f.examples = append(f.examples, fault)
	}
}

func (f *findings) print(out io.Writer) {
	round := func(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
	fmt.Fprintf(out, `%s: %d messages in %d threads, %d killed of %d at a time
  %v to fill, %v to send, %v to check; load %s before and %s after, on %d processors
  %d attempts: %d resets, %d lost replies; %d searches; %d refused with 429 (%.3f %%)
  %.1f %% of the attempts that the windows allow
  %d missing, %d sent twice, %d out of order
`,
		f.name, f.Messages, f.Threads, f.kills, f.Workers,
		round(f.fill), round(f.send), round(f.verify), f.loadBefore, f.loadAfter, runtime.NumCPU(),
		f.attempts(), f.resets, f.lostReplies, f.searches, f.throttled, 100*f.refused(),
		100*f.use(), f.missing, f.twice, f.misplaced)
}

// refused returns which part of the attempts the service has refused, counting also the searches that it has.
func (f *findings) refused() float64 { return float64(f.throttled) / float64(f.attempts()) }

func (f *findings) verdict() error {
	const mostRefused = 0.001
	switch {
	case len(f.examples) > 0:
		return fmt.Errorf("messages are missing, were sent twice or out of order: %s", strings.Join(f.examples, ", "))
	case f.refused() >= mostRefused:
		return fmt.Errorf("%.3f %% of the requests were refused with 429", 100*f.refused())
	case f.use() < f.LeastUse:
		return fmt.Errorf("%.1f %% of the attempts that the windows allow were used, less than %.0f %%", 100*f.use(), 100*f.LeastUse)
	}
	return nil
}

// load returns the load averages of the machine, where Linux tells them.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	fields := strings.Fields(string(text))
	return strings.Join(fields[:min(3, len(fields))], " ")
}
