package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/bulk"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// sendMany sends the messages of a file.
func (t *tool) sendMany(cmd *cobra.Command, s *sending) error {
	if s.format != "" && s.format != formatOfLines && s.format != formatOfObjects {
		return cli.Misuse("--from-format is lines or jsonl")
	}
	file, err := input.Open(s.from, cmd.InOrStdin())
	if err != nil {
		return err
	}
	defer file.Close()
	drafts, total := s.drafts(cmd.Context(), file), 0
	if s.from != input.Stdin {
		if drafts, total, err = readAhead(s.from, drafts); err != nil {
			return err
		}
		if s.skip > total {
			return cli.Misuse("--skip %d is more than the %d there are", s.skip, total)
		}
	}
	client, err := s.thread.Client(cmd.Context())
	if err != nil {
		return err
	}
	b := &bulk.Work{Grace: t.process.GraceOrDefault(), Noun: "messages", Total: total, Batch: 1, Skip: s.skip, Limiter: t.session.Limiter()}
	if err := b.Announce(cmd.Context(), &t.output, bulk.SendMessages, "message"); err != nil {
		return err
	}
	if s.from != input.Stdin || stdinWaits(cmd) { // a bar would disturb what is typed
		b.Progress = t.output.NewProgress(b.Noun, b.Total, b.Skip)
		defer b.Progress.End()
	}
	return t.sendDrafts(cmd, client, b, drafts)
}

// readAhead reads all drafts of a file, so that invalid lines are found before the first message is sent.
func readAhead(file string, drafts iter.Seq2[draft, error]) (iter.Seq2[draft, error], int, error) {
	var all []draft
	bad := input.BadRows{File: file}
	for d, err := range drafts {
		if err != nil && d.line == 0 {
			return nil, 0, err
		}
		if err != nil && !bad.Add(d.line, err) {
			break
		}
		all = append(all, d)
	}
	return func(yield func(draft, error) bool) {
		for _, d := range all {
			if !yield(d, nil) {
				return
			}
		}
	}, len(all), bad.Err()
}

func (t *tool) sendDrafts(cmd *cobra.Command, client *chat.ThreadClient, b *bulk.Work, drafts iter.Seq2[draft, error]) error {
	results := show.NewListing(&t.output, sentView())
	var refused []string
	var stopped error
	for d, err := range drafts {
		if err != nil && d.line > 0 {
			err = cli.Misuse("%s, line %d: %v", input.Name(input.Stdin), d.line, err)
		}
		if stopped = err; stopped != nil {
			break
		}
		if b.Done < b.Skip {
			b.Done++
			continue
		}
		var sent chat.SendMessageResult
		err = b.Step(cmd.Context(), 1, func(ctx context.Context) (err error) {
			sent, err = client.SendMessage(ctx, d.content, &d.options)
			return err
		})
		if isAboutTheMessage(err) {
			b.Done++
			refused = append(refused, fmt.Sprintf("number %d, line %d: %v", b.Done, d.line, err))
			continue
		}
		if stopped = err; stopped != nil {
			break
		}
		if t.output.Format == show.Table {
			continue
		}
		if err := results.Write([]chat.SendMessageResult{sent}); err != nil {
			return err
		}
	}
	b.Progress.End()
	return t.sentMany(b, results, refused, stopped)
}

// isAboutTheMessage reports whether the service refused this message, and may accept others.
func isAboutTheMessage(err error) bool {
	return errors.Is(err, chat.ErrBadRequest) || errors.Is(err, chat.ErrTooLarge)
}

// sentMany reports the result.
func (t *tool) sentMany(b *bulk.Work, results show.Listing[chat.SendMessageResult], refused []string, stopped error) error {
	tried := b.Done - b.Skip
	switch {
	case t.output.Format != show.Table:
		if err := results.End(); err != nil {
			return err
		}
	case tried > 0 || stopped == nil:
		if err := t.output.Done("Sent %s.", show.Count(tried-len(refused), "message")); err != nil {
			return err
		}
	}
	if stopped != nil {
		return b.Stopped("sent", refused, stopped)
	}
	if len(refused) > 0 {
		return &cli.PartialError{Summary: fmt.Sprintf("%d of %s were refused", len(refused), show.Count(tried, "message")), Refused: refused}
	}
	return nil
}
