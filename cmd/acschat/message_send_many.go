package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
)

// sendMany sends the messages of a file.
func (t *tool) sendMany(cmd *cobra.Command, s *sending) error {
	if s.format != "" && s.format != formatOfLines && s.format != formatOfObjects {
		return misuse("--from-format is lines or jsonl")
	}
	file, err := openInput(s.from)
	if err != nil {
		return err
	}
	defer file.Close()
	drafts, total := s.drafts(cmd.Context(), file), 0
	if s.from != fromStdin {
		if drafts, total, err = readAhead(drafts); err != nil {
			return err
		}
		if s.skip > total {
			return misuse("--skip %d leaves out more than the %d there are", s.skip, total)
		}
	}
	client, err := t.thread(cmd, s.thread)
	if err != nil {
		return err
	}
	b := &bulk{noun: "messages", total: total, batch: 1, skip: s.skip, pacer: messagePacer(s.unpaced)}
	if s.from != fromStdin || stdinWaits() { // a keyboard shows what is typed
		b.progress = t.output.newProgress(b)
		defer b.progress.end()
	}
	return t.sendDrafts(cmd, client, b, drafts)
}

// messagePacer knows the published limits of sending, of a thread.
func messagePacer(unpaced bool) *pace.Pacer {
	if unpaced {
		return pace.New()
	}
	return pace.New(pace.Limit{Count: 10, Per: 10 * time.Second}, pace.Limit{Count: 30, Per: time.Minute})
}

// readAhead reads all drafts, so that a mistake in the last line is found before the first message goes out.
func readAhead(drafts iter.Seq2[draft, error]) (iter.Seq2[draft, error], int, error) {
	var all []draft
	for d, err := range drafts {
		if err != nil {
			return nil, 0, err
		}
		all = append(all, d)
	}
	return func(yield func(draft, error) bool) {
		for _, d := range all {
			if !yield(d, nil) {
				return
			}
		}
	}, len(all), nil
}

func (t *tool) sendDrafts(cmd *cobra.Command, client *chat.ThreadClient, b *bulk, drafts iter.Seq2[draft, error]) error {
	results := newListing(cmd.OutOrStdout(), &t.output, sentView())
	var refused []string
	var stopped error
	for d, err := range drafts {
		if stopped = err; stopped != nil {
			break
		}
		if b.done < b.skip {
			b.done++
			continue
		}
		var sent chat.SendMessageResult
		err = b.step(cmd.Context(), 1, func(ctx context.Context) (err error) {
			sent, err = client.SendMessage(ctx, d.content, &d.options)
			return err
		})
		if isAboutTheMessage(err) {
			b.done++
			refused = append(refused, fmt.Sprintf("number %d, line %d: %v", b.done, d.line, err))
			continue
		}
		if stopped = err; stopped != nil {
			break
		}
		if t.output.format == formatTable {
			continue
		}
		if err := results.write([]chat.SendMessageResult{sent}); err != nil {
			return err
		}
	}
	b.progress.end()
	return t.sentMany(cmd, b, results, refused, stopped)
}

// isAboutTheMessage reports whether the service refused this message, and may take others.
func isAboutTheMessage(err error) bool {
	return errors.Is(err, chat.ErrBadRequest) || errors.Is(err, chat.ErrTooLarge)
}

// sentMany says what became of it all.
func (t *tool) sentMany(cmd *cobra.Command, b *bulk, results listing[chat.SendMessageResult], refused []string, stopped error) error {
	tried := b.done - b.skip
	switch {
	case t.output.format != formatTable:
		if err := results.end(); err != nil {
			return err
		}
	case tried > 0:
		if err := t.output.done(cmd, "Sent %s.", messages(tried-len(refused))); err != nil {
			return err
		}
	}
	if stopped != nil {
		return b.stopped("sent", refused, stopped)
	}
	if len(refused) > 0 {
		return &partialError{summary: fmt.Sprintf("%d of %s were refused", len(refused), messages(tried)), refused: refused}
	}
	return nil
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
