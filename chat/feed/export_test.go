package feed

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// ReadCursor decodes a cursor for a thread, and encodes it again.
func ReadCursor(c Cursor, threadID string) (Cursor, error) {
	p, err := c.position(threadID)
	switch {
	case err != nil || c == Start || c == Now:
		return c, err
	case c[:1] == timePrefix:
		return At(time.UnixMilli(p.newest + 1)), nil
	}
	return p.cursor(), nil
}

// WriteCursor returns the cursor after messages with these versions.
func WriteCursor(threadID string, versions ...int64) Cursor {
	p := position{thread: threadMark(threadID), properties: 7}
	for _, v := range versions {
		p.add(mark{v, v - v%3})
	}
	return p.cursor()
}

// OwnerOf returns the owner in the record of a thread, "" if there is none.
func OwnerOf(text string) string {
	r, err := parseRecord(text)
	if err != nil {
		panic(err)
	}
	return r.owner
}

// PropertiesHash is the part of a cursor that stands for metadata and retention.
func PropertiesHash(p chat.ThreadProperties) uint64 { return hashOf(p) }

// Record is what the store has of a thread. Records with the same contents are equal.
type Record = record

// ReadRecord decodes the record of a thread.
func ReadRecord(text string) (Record, error) { return parseRecord(text) }

// Text encodes a record.
func (r record) Text() string { return r.text() }

// CloseFile closes the file of a store, as a rewrite does that cannot open it again.
func CloseFile(s *FileStore) error {
	err := s.file.Close()
	s.file = nil
	return err
}
