package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// The files of an export. Those that are growing have the suffix besides.
const (
	threadFile       = "thread.jsonl"
	participantsFile = "participants.jsonl"
	receiptsFile     = "receipts.jsonl"
	messagesFile     = "messages.jsonl"
	pageFile         = "thread.html"
	manifestFile     = "manifest.json"
	stateFile        = "export-state.json"

	partSuffix = ".part"
)

// exportState is how far an export is. It is on disk whenever what it tells of is.
type exportState struct {
	Format   int    `json:"format"`
	ThreadID string `json:"threadId"`
	HTML     bool   `json:"html"`

	Begun bool  `json:"begun"`
	AsOf  int64 `json:"asOf"`  // the highest version of a message at the start
	Total int   `json:"total"` // about how many messages there are

	Next     string `json:"next"` // the continuation token of the next page
	Listed   bool   `json:"listed"`
	CaughtUp bool   `json:"caughtUp"`

	Messages     int   `json:"messages"`
	MessageBytes int64 `json:"messageBytes"` // what is behind these in the file does not count
	Participants int   `json:"participants"`
	Receipts     int   `json:"receipts"`
}

// stateFormat is the one that this version writes and reads.
const stateFormat = 1

func (x *export) path(name string) string { return filepath.Join(x.dir, name) }

// open finds the directory, and the state of an export that was interrupted there.
func (x *export) open() (resumed bool, err error) {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return false, cli.Misuse("--out: %v", err)
	}
	text, err := os.ReadFile(x.path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		x.state = exportState{Format: stateFormat, ThreadID: x.thread.ThreadID(), HTML: x.html}
		return false, x.checkEmpty()
	}
	if err != nil {
		return false, fmt.Errorf("--out: %w", err)
	}
	if err := json.Unmarshal(text, &x.state); err != nil || x.state.Format != stateFormat {
		return false, cli.Misuse("--out: %s is not a state that this acschat can go on from: choose another directory", x.path(stateFile))
	}
	if x.state.ThreadID != x.thread.ThreadID() {
		return false, cli.Misuse("--out: the export in %s is of another thread, %s: choose another directory", x.dir, x.state.ThreadID)
	}
	x.state.HTML = x.state.HTML || x.html
	if x.state.CaughtUp {
		return true, nil // the messages may have their name already
	}
	x.messages, err = openGrowing(x.path(messagesFile), x.state.MessageBytes)
	return true, err
}

// checkEmpty keeps an export from writing over one that is complete, or over other things of these names.
func (x *export) checkEmpty() error {
	for _, name := range []string{manifestFile, threadFile, participantsFile, receiptsFile, messagesFile, pageFile} {
		if _, err := os.Lstat(x.path(name)); err == nil {
			return cli.Misuse("--out: there is a %s in %s already: choose another directory", name, x.dir)
		}
	}
	return nil
}

// save puts the state on disk.
func (x *export) save() error {
	return writeDurably(x.path(stateFile), append(show.Marshal(x.state, "", "  "), '\n'))
}
