package export

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

// manifest lists the files of an export. It contains no time of day: two exports of the same thread are equal.
type manifest struct {
	ThreadID string      `json:"threadId"`
	AsOf     string      `json:"asOf"` // the highest version of a message at the start
	Files    []fileEntry `json:"files"`
}

type fileEntry struct {
	Name   string `json:"name"`
	Count  int    `json:"count"` // of objects, or of messages in a page
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// finish writes the page, renames the files, and writes the manifest last. It can be repeated if it is killed.
func (x *Export) finish() (manifest, error) {
	if x.messages != nil {
		if err := x.messages.file.Close(); err != nil {
			return manifest{}, err
		}
		x.messages = nil
	}
	entries := []fileEntry{
		{Name: threadFile, Count: 1},
		{Name: participantsFile, Count: x.state.Participants},
		{Name: receiptsFile, Count: x.state.Receipts},
		{Name: messagesFile, Count: x.state.Messages},
	}
	if x.state.HTML {
		if err := x.writePage(); err != nil {
			return manifest{}, err
		}
		entries = append(entries, fileEntry{Name: pageFile, Count: x.state.Messages})
	}
	written := manifest{ThreadID: x.state.ThreadID, AsOf: strconv.FormatInt(x.state.AsOf, 10)}
	for _, entry := range entries {
		err := settle(x.path(entry.Name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it is renamed already
			return manifest{}, err
		}
		if entry.Bytes, entry.SHA256, err = x.sum(entry.Name); err != nil {
			return manifest{}, err
		}
		written.Files = append(written.Files, entry)
	}
	if err := writeDurably(x.path(manifestFile), append(show.Marshal(written, "", "  "), '\n')); err != nil {
		return manifest{}, err
	}
	syncDirectory(x.dir) // before the state is removed
	if err := os.Remove(x.path(stateFile)); err != nil {
		return manifest{}, err
	}
	return written, nil
}

// sum returns the size and the digest of a file.
func (x *Export) sum(name string) (size int64, digest string, err error) {
	f, err := os.Open(x.path(name))
	if err != nil {
		return 0, "", fmt.Errorf("a file of the export is missing, start again: %w", err)
	}
	defer func() { _ = f.Close() }() // it was read
	hash := sha256.New()
	if size, err = io.Copy(hash, f); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}

// openPart opens a file of the export, with or without the suffix.
func (x *Export) openPart(name string) (*os.File, error) {
	f, err := os.Open(x.path(name + partSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return os.Open(x.path(name))
	}
	return f, err
}
