package export

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// begin writes the files other than the messages, and the first page of messages. Until it is done the export starts again.
func (x *Export) begin(ctx context.Context) error {
	properties, err := x.Thread.GetProperties(ctx)
	if err != nil {
		return err
	}
	people, err := x.Thread.ListParticipants(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	receipts, err := x.Thread.ListReadReceipts(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	err = errors.Join(
		writePart(x.path(threadFile), linesOf([]chat.ThreadProperties{properties})),
		writePart(x.path(participantsFile), linesOf(people)),
		writePart(x.path(receiptsFile), linesOf(receipts)),
	)
	if err != nil {
		return err
	}
	if x.messages, err = openGrowing(x.path(messagesFile), 0, 0); err != nil {
		return err
	}
	x.state.Participants, x.state.Receipts = len(people), len(receipts)
	return x.nextPage(ctx)
}

// linesOf returns one JSON object per line.
func linesOf[T any](items []T) []byte {
	var b bytes.Buffer
	for _, item := range items {
		b.Write(show.Marshal(item, "", ""))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// nextPage writes the next page of messages. They are listed by version, highest first, and a change moves a message to the top:
// no message is read twice, and catchUp finds those that have moved.
func (x *Export) nextPage(ctx context.Context) error {
	page, err := x.read(ctx, x.state.Next)
	if err != nil {
		return err
	}
	if !page.Last && page.ContinuationToken == x.state.Next {
		return follow.ErrRepeatedPage
	}
	if !x.state.Begun {
		x.state.Begun = true
		for _, m := range page.Items {
			x.state.AsOf = max(x.state.AsOf, follow.Version(m))
			x.state.Total = max(x.state.Total, int(follow.Number(m.SequenceID)))
		}
	}
	if err := x.write(page.Items); err != nil {
		return err
	}
	x.state.Next, x.state.Listed = page.ContinuationToken, page.Last
	return x.save()
}

// read reads a page of messages within the rate limits.
func (x *Export) read(ctx context.Context, token string) (page chat.Page[chat.Message], err error) {
	options := &chat.ListMessagesOptions{PageSize: x.pageSize, ContinuationToken: token}
	err = x.work.Step(ctx, 0, func(ctx context.Context) (err error) {
		next, stop := iter.Pull2(x.Thread.ListMessages(options).Pages(ctx))
		defer stop()
		page, err, _ = next() // there is always one
		return err
	})
	return page, err
}

func (x *Export) write(messages []chat.Message) error {
	if err := x.messages.append(linesOf(messages)); err != nil {
		return err
	}
	x.state.MessageBytes = x.messages.size
	x.state.Messages += len(messages)
	x.work.Done = x.state.Messages
	x.work.Show()
	return nil
}

// pages reads the listing from its start.
func (x *Export) pages(ctx context.Context) iter.Seq2[chat.Page[chat.Message], error] {
	return func(yield func(chat.Page[chat.Message], error) bool) {
		for token := ""; ; {
			page, err := x.read(ctx, token)
			if !yield(page, err) || err != nil || page.Last {
				return
			}
			token = page.ContinuationToken
		}
	}
}

// catchUp writes the messages that moved out of the listing while it was read: edited, deleted, or stored late by the service.
func (x *Export) catchUp(ctx context.Context) error {
	moved := map[string]chat.Message{}
	for floor := follow.BeforeLate(x.state.AsOf); ; {
		messages, pages, err := follow.Above(x.pages(ctx), floor, 0)
		if err != nil {
			return err
		}
		for _, m := range messages {
			floor = max(floor, follow.Version(m))
			if follow.Number(m.ID) <= x.state.AsOf {
				moved[m.ID] = m
			}
		}
		if pages == 1 {
			break // nothing can move within one page
		}
	}
	if err := x.removeWritten(moved); err != nil {
		return err
	}
	missing := slices.SortedFunc(maps.Values(moved), func(a, b chat.Message) int { return cmp.Compare(follow.Version(b), follow.Version(a)) })
	if err := x.write(missing); err != nil {
		return err
	}
	x.state.CaughtUp = true
	return x.save()
}

// removeWritten removes the messages that are in the file.
func (x *Export) removeWritten(moved map[string]chat.Message) error {
	if len(moved) == 0 {
		return nil
	}
	return eachLine(io.NewSectionReader(x.messages.file, 0, x.messages.size), func(_ int64, line []byte) error {
		var m struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(line, &m); err != nil {
			return err
		}
		delete(moved, m.ID)
		return nil
	})
}

// eachLine calls f with each line and its offset. The line is valid until f returns.
func eachLine(r io.Reader, f func(at int64, line []byte) error) error {
	lines := bufio.NewReaderSize(r, 1<<16)
	for at := int64(0); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if errors.Is(err, io.EOF) && len(line) == 0 {
				return nil
			}
			return err
		}
		if err := f(at, line); err != nil {
			return err
		}
		at += int64(len(line))
	}
}
