package main

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
	"strconv"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/wire"
)

// begin writes what there is but for the messages, and the first page of these: until that is done nothing counts.
func (x *export) begin(ctx context.Context) error {
	properties, err := x.thread.GetProperties(ctx)
	if err != nil {
		return err
	}
	people, err := x.thread.ListParticipants(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	receipts, err := x.thread.ListReadReceipts(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	err = errors.Join(
		writePart(x.path(threadFile), linesOf([]chat.ThreadProperties{properties}, wire.FromThread)),
		writePart(x.path(participantsFile), linesOf(people, wire.FromParticipant)),
		writePart(x.path(receiptsFile), linesOf(receipts, wire.FromReceipt)),
	)
	if err != nil {
		return err
	}
	if x.messages, err = openGrowing(x.path(messagesFile), 0); err != nil {
		return err
	}
	x.state.Participants, x.state.Receipts = len(people), len(receipts)
	return x.nextPage(ctx)
}

// linesOf is a JSON object a line.
func linesOf[T, W any](things []T, wire func(T) W) []byte {
	var b bytes.Buffer
	for _, thing := range things {
		b.Write(show.Marshal(wire(thing), "", ""))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// errCircle would have an export go on for ever.
var errCircle = errors.New("the service's next page is the one that was just read")

// nextPage writes the next page of messages. The list is by version, downwards, so that whatever changes meanwhile moves above
// what is left to read: nothing comes twice, and what has moved is for catchUp to find.
func (x *export) nextPage(ctx context.Context) error {
	page, err := x.read(ctx, x.state.Next)
	if err != nil {
		return err
	}
	if !page.Last && page.ContinuationToken == x.state.Next {
		return errCircle
	}
	if !x.state.Begun {
		x.state.Begun = true
		for _, m := range page.Items {
			x.state.AsOf = max(x.state.AsOf, follow.Version(m))
			x.state.Total = max(x.state.Total, int(number(m.SequenceID)))
		}
	}
	if err := x.write(page.Items); err != nil {
		return err
	}
	x.state.Next, x.state.Listed = page.ContinuationToken, page.Last
	return x.save()
}

// read reads a page of messages, at the pace of the limits.
func (x *export) read(ctx context.Context, token string) (page chat.Page[chat.Message], err error) {
	options := &chat.ListMessagesOptions{PageSize: x.pageSize, ContinuationToken: token}
	err = x.bulk.Step(ctx, 0, func(ctx context.Context) (err error) {
		next, stop := iter.Pull2(x.thread.ListMessages(options).Pages(ctx))
		defer stop()
		page, err, _ = next() // there is one always
		return err
	})
	return page, err
}

func (x *export) write(messages []chat.Message) error {
	if err := x.messages.append(linesOf(messages, wire.FromMessage)); err != nil {
		return err
	}
	x.state.MessageBytes = x.messages.size
	x.state.Messages += len(messages)
	x.bulk.Done = x.state.Messages
	x.bulk.Show()
	return nil
}

// catchUp writes the messages of the start that have moved away from under the listing: edited, deleted, or put in place late by the
// service.
func (x *export) catchUp(ctx context.Context) error {
	moved := map[string]chat.Message{}
	for floor := x.state.AsOf - follow.LookBack; ; {
		newest, pages, err := x.above(ctx, floor, moved)
		if err != nil {
			return err
		}
		if pages == 1 {
			break // nothing can have moved while it was read
		}
		floor = newest
	}
	if err := x.leaveOutWritten(moved); err != nil {
		return err
	}
	missing := slices.SortedFunc(maps.Values(moved), func(a, b chat.Message) int { return cmp.Compare(follow.Version(b), follow.Version(a)) })
	if err := x.write(missing); err != nil {
		return err
	}
	x.state.CaughtUp = true
	return x.save()
}

// above collects the messages of the start that have a version above a floor now. It tells the highest of all versions, and how many
// pages it took.
func (x *export) above(ctx context.Context, floor int64, moved map[string]chat.Message) (newest int64, pages int, err error) {
	newest = floor
	for token := ""; ; {
		page, err := x.read(ctx, token)
		if err != nil {
			return 0, 0, err
		}
		pages++
		for _, m := range page.Items {
			if follow.Version(m) <= floor {
				return newest, pages, nil
			}
			newest = max(newest, follow.Version(m))
			if number(m.ID) <= x.state.AsOf {
				moved[m.ID] = m
			}
		}
		if page.Last {
			return newest, pages, nil
		}
		if page.ContinuationToken == token {
			return 0, 0, errCircle
		}
		token = page.ContinuationToken
	}
}

// leaveOutWritten takes out the messages that are in the file.
func (x *export) leaveOutWritten(moved map[string]chat.Message) error {
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

// eachLine calls f with each line and where it begins. The line is good until f returns.
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

// number is an id or a sequence id, 0 if it is no number.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
