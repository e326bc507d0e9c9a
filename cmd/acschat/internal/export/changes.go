package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// changesFile has the changes since the start of the export. It is no part of the manifest, since it grows.
const changesFile = "changes.jsonl"

// changeLine is a line of the file. The cursor in the last one is where the next run continues.
type changeLine struct {
	Cursor feed.Cursor  `json:"cursor"`
	Event  events.Event `json:"event"`
}

// followInterval is how often the thread is read.
const followInterval = 2 * time.Second

// completed returns the manifest of a complete export, nil if there is none.
func (x *Export) completed() (*manifest, error) {
	text, err := os.ReadFile(x.path(manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	if _, err := os.Lstat(x.path(stateFile)); err == nil {
		return nil, nil // it was killed at the very end
	}
	var written manifest
	if err := json.Unmarshal(text, &written); err != nil || written.ThreadID == "" {
		return nil, cli.Misuse("--out: %s is not the manifest of an export: choose another directory", x.path(manifestFile))
	}
	if written.ThreadID != x.Thread.ThreadID() {
		return nil, cli.Misuse("--out: the export in %s is of another thread, %s: choose another directory", x.dir, written.ThreadID)
	}
	return &written, nil
}

// follow appends changes until it is interrupted, after those in the file or after the start of the export.
func (x *Export) follow(ctx context.Context, o *show.Output, written manifest) error {
	file, from, err := openChanges(x.path(changesFile))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // every line is written
	if from == feed.Start {
		if from, err = x.exported(written); err != nil {
			return err
		}
	}
	if err := o.Done("Appending changes to %s until it is interrupted.", x.path(changesFile)); err != nil {
		return err
	}
	for change, err := range feed.Watch(ctx, x.Thread, follow.Options(from, followInterval, o.Err)) {
		switch {
		case errors.Is(err, context.Canceled):
			return nil // an interrupt is the normal end
		case err != nil:
			return err
		}
		if _, err := file.Write(linesOf([]changeLine{{change.Cursor, change.Event}})); err != nil {
			return err
		}
	}
	return nil
}

// exported returns the position after the thread and the messages of a complete export that were there at its start.
func (x *Export) exported(written manifest) (feed.Cursor, error) {
	asOf, err := strconv.ParseInt(written.AsOf, 10, 64)
	if err != nil {
		return "", cli.Misuse("--out: %s has no version of the thread: choose another directory", x.path(manifestFile))
	}
	var thread chat.ThreadProperties
	text, err := os.ReadFile(x.path(threadFile))
	if err == nil {
		err = json.Unmarshal(text, &thread)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", x.path(threadFile), err)
	}
	file, err := os.Open(x.path(messagesFile))
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // it was read
	var latest []chat.Message
	err = eachLine(file, func(_ int64, line []byte) error {
		var m chat.Message
		if err := json.Unmarshal(line, &m); err != nil {
			return err
		}
		if version := follow.Version(m); version <= asOf && version > follow.BeforeLate(asOf) {
			latest = append(latest, m)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("%s: %w", file.Name(), err)
	}
	return feed.After(feed.Start, thread, latest...)
}

// openChanges opens the file to append to it, without an incomplete last line, and returns the cursor in the last one, or Start.
func openChanges(name string) (_ *os.File, from feed.Cursor, _ error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, "", err
	}
	size := int64(0)
	err = eachLine(file, func(at int64, line []byte) error {
		size = at + int64(len(line))
		var read struct{ Cursor feed.Cursor }
		if err := json.Unmarshal(line, &read); err != nil || read.Cursor == "" {
			return cli.Misuse("--out: %s has a line without a cursor: move the file away", name)
		}
		from = read.Cursor
		return nil
	})
	if errors.Is(err, io.EOF) { // within a line: the run before was killed
		err = file.Truncate(size)
	}
	if err != nil {
		return nil, "", errors.Join(err, file.Close())
	}
	return file, from, nil
}
