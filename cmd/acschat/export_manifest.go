package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// manifest says what is in an export. There is no time of day in it: two exports of the same are the same.
type manifest struct {
	ThreadID string         `json:"threadId"`
	AsOf     string         `json:"asOf"` // the highest version of a message at the start
	Files    []manifestFact `json:"files"`
}

type manifestFact struct {
	Name   string `json:"name"`
	Count  int    `json:"count"` // of objects or, in a page, of messages
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// finish writes the page, gives the files their names, and writes the manifest last. Killed in the middle, it can be done again.
func (x *export) finish() (manifest, error) {
	if x.messages != nil {
		if err := x.messages.file.Close(); err != nil {
			return manifest{}, err
		}
		x.messages = nil
	}
	counts := []manifestFact{
		{Name: threadFile, Count: 1},
		{Name: participantsFile, Count: x.state.Participants},
		{Name: receiptsFile, Count: x.state.Receipts},
		{Name: messagesFile, Count: x.state.Messages},
	}
	if x.state.HTML {
		if err := x.writePage(); err != nil {
			return manifest{}, err
		}
		counts = append(counts, manifestFact{Name: pageFile, Count: x.state.Messages})
	}
	written := manifest{ThreadID: x.state.ThreadID, AsOf: strconv.FormatInt(x.state.AsOf, 10)}
	for _, fact := range counts {
		err := settle(x.path(fact.Name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it has its name already
			return manifest{}, err
		}
		if fact.Bytes, fact.SHA256, err = x.sum(fact.Name); err != nil {
			return manifest{}, err
		}
		written.Files = append(written.Files, fact)
	}
	if err := writeDurably(x.path(manifestFile), append(show.Marshal(written, "", "  "), '\n')); err != nil {
		return manifest{}, err
	}
	syncDirectory(x.dir) // before the state goes, the names are there
	if err := os.Remove(x.path(stateFile)); err != nil {
		return manifest{}, err
	}
	return written, nil
}

// sum is the size and the digest of a file.
func (x *export) sum(name string) (size int64, digest string, err error) {
	f, err := os.Open(x.path(name))
	if err != nil {
		return 0, "", fmt.Errorf("the export has lost a file, begin again: %w", err)
	}
	defer func() { _ = f.Close() }() // it was read
	hash := sha256.New()
	if size, err = io.Copy(hash, f); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}

// openPart opens a file of the export, under whichever name it has by now.
func (x *export) openPart(name string) (*os.File, error) {
	f, err := os.Open(x.path(name + partSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return os.Open(x.path(name))
	}
	return f, err
}
