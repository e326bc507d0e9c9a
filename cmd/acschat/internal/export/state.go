package export

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

// The files of an export. Incomplete files have the suffix too.
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

// state is the progress of an export. It is saved after what it describes.
type state struct {
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
	MessageBytes int64 `json:"messageBytes"` // the rest of the file is not valid
	Participants int   `json:"participants"`
	Receipts     int   `json:"receipts"`
}

// stateFormat is the format that this version writes and reads.
const stateFormat = 1

func (x *Export) path(name string) string { return filepath.Join(x.dir, name) }

// open reads the state of an export that was interrupted in the directory, if there is one.
func (x *Export) open() (resumed bool, err error) {
	text, err := os.ReadFile(x.path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		x.state = state{Format: stateFormat, ThreadID: x.Thread.ThreadID(), HTML: x.html}
		return false, x.checkEmpty()
	}
	if err != nil {
		return false, fmt.Errorf("--out: %w", err)
	}
	if err := json.Unmarshal(text, &x.state); err != nil || !x.state.isValid() {
		return false, cli.Misuse("--out: %s is not a state that this version can continue from: choose another directory", x.path(stateFile))
	}
	if x.state.ThreadID != x.Thread.ThreadID() {
		return false, cli.Misuse("--out: the export in %s is of another thread, %s: choose another directory", x.dir, x.state.ThreadID)
	}
	x.state.HTML = x.state.HTML || x.html
	if !x.state.CaughtUp {
		x.messages, err = openGrowing(x.path(messagesFile), x.state.MessageBytes, x.state.Messages)
		return true, err
	}
	complete, err := x.openPart(messagesFile) // it may be renamed already
	if err != nil {
		return true, fmt.Errorf("a file of the export is missing, start again: %w", err)
	}
	defer func() { _ = complete.Close() }() // it was read
	return true, checkLines(complete, x.state.MessageBytes, x.state.Messages)
}

// isValid reports whether a state may be one that this version has saved.
func (s *state) isValid() bool {
	counts := min(int64(s.Messages), s.MessageBytes, int64(s.Participants), int64(s.Receipts), int64(s.Total))
	return s.Format == stateFormat && s.Begun && (s.Listed || !s.CaughtUp) && counts >= 0
}

// checkEmpty protects a complete export, and other files with these names.
func (x *Export) checkEmpty() error {
	switch complete, err := x.completed(); {
	case err != nil:
		return err
	case complete != nil:
		return cli.Misuse("--out: the export in %s is complete: choose another directory for a new one", x.dir)
	}
	for _, name := range []string{threadFile, participantsFile, receiptsFile, messagesFile, pageFile} {
		if _, err := os.Lstat(x.path(name)); err == nil {
			return cli.Misuse("--out: %[2]s contains a %[1]s: choose another directory", name, x.dir)
		}
	}
	return nil
}

// save writes the state to disk.
func (x *Export) save() error {
	return writeDurably(x.path(stateFile), append(show.Marshal(x.state, "", "  "), '\n'))
}
