package feed

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Cursor is a position in the changes of one thread: text of printable ASCII without spaces, usually below 100 bytes. It is opaque: pass it to
// Options.From unchanged, or compare it with another one for equality. The zero value is [Start].
type Cursor string

// Positions that no change has.
const (
	// Start is before the first change. The metadata and the retention policy that a thread has when they are read first are a change, unless
	// there are none.
	Start Cursor = ""
	// Now is after the latest change at the time of the first read. The metadata and the retention policy that a thread has then are not a
	// change, but what replaces them later is.
	Now Cursor = "now"
)

const (
	timePrefix  = "@"
	cursorV1    = "1"
	maxSeen     = 10_000 // marks in a cursor; the published limits allow about thirty
	maxCursor   = 1 << 18
	latestTime  = 1 << 50 // versions are milliseconds since 1970; the limit is beyond the year 30000
	threadBytes = 4
)

// At returns the position before the first change at or after t, by the clock of the service, to the millisecond. The service does not say
// when metadata and retention policies changed: those that a thread has when they are read first are a change, as with [Start]. The zero time
// and times before 1970 are Start.
func At(t time.Time) Cursor {
	if t.IsZero() || t.UnixMilli() <= 0 {
		return Start
	}
	return Cursor(timePrefix + strconv.FormatInt(min(t.UnixMilli(), latestTime), 10))
}

// After returns the position after the properties and messages of a thread that were read without this package, so that a range from it yields
// what follows and none of them again. thread must have the ID; its metadata and retention policy are not yielded, but what replaces them later
// is. listed must contain the messages of the listing down to [LookBack] before the highest version; missing ones are yielded. It may contain
// others, in any order; if it is empty, all messages after from are yielded. from is [Start] or the time at which the listing began, or another
// cursor of the thread.
//
// A thread without an ID, [Now] or a cursor of another thread as from, and a message without a numeric version are each an
// [*chat.ArgumentError].
func After(from Cursor, thread chat.ThreadProperties, listed ...chat.Message) (Cursor, error) {
	p, err := from.position(thread.ID)
	switch {
	case thread.ID == "":
		return "", &chat.ArgumentError{Name: "thread", Reason: "must have an ID"}
	case from == Now:
		err = errors.New("must not be Now")
	}
	if err != nil {
		return "", &chat.ArgumentError{Name: "from", Reason: err.Error()}
	}
	p.properties = hashOf(thread)
	for _, message := range listed {
		version, ok := markOf(message)
		if !ok {
			return "", &chat.ArgumentError{Name: "listed", Reason: "must have messages with a numeric version"}
		}
		if version.version > p.horizon() && !slices.Contains(p.seen, version) {
			p.add(version)
		}
	}
	return p.cursor(), nil
}

var (
	errMalformedCursor = errors.New("is not a cursor of this package: pass one unchanged")
	errUnknownFormat   = errors.New("has a format that this version cannot read: it was written by a later version")
	errOtherThread     = errors.New("is a cursor of another thread")
)

// position decodes the cursor for a thread. [Now] is Start here: its position is known after the first read.
func (c Cursor) position(threadID string) (position, error) {
	own := threadMark(threadID)
	switch {
	case c == Start || c == Now:
		return position{thread: own}, nil
	case len(c) > maxCursor:
		return position{}, errMalformedCursor
	case c[:1] == timePrefix:
		ms, err := strconv.ParseInt(string(c[1:]), 10, 64)
		if err != nil || ms <= 0 || ms > latestTime || At(time.UnixMilli(ms)) != c {
			return position{}, errMalformedCursor
		}
		return position{thread: own, newest: ms - 1, floor: ms - 1}, nil
	case c[:1] != cursorV1:
		if c[0] > '1' && c[0] <= '9' {
			return position{}, errUnknownFormat
		}
		return position{}, errMalformedCursor
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(string(c[1:]))
	if err != nil {
		return position{}, errMalformedCursor
	}
	p, ok := decodePosition(data)
	switch {
	case !ok || p.cursor() != c: // only one text is written for a position
		return position{}, errMalformedCursor
	case p.thread != own:
		return position{}, errOtherThread
	}
	return p, nil
}

// cursor encodes a position: a mark of the thread, the highest version, the floor, the hash of the properties, and the marks seen, each as
// its distance to the one before.
func (p *position) cursor() Cursor {
	data := binary.LittleEndian.AppendUint32(make([]byte, 0, 32+8*len(p.seen)), p.thread)
	data = binary.LittleEndian.AppendUint64(data, p.properties)
	data = binary.AppendUvarint(data, uint64(p.newest))
	data = binary.AppendUvarint(data, uint64(p.floor))
	data = binary.AppendUvarint(data, uint64(len(p.seen)))
	above := p.newest
	for _, m := range p.seen {
		data = binary.AppendUvarint(data, uint64(above-m.version))
		data = binary.AppendVarint(data, m.version-m.id)
		above = m.version
	}
	return Cursor(cursorV1 + base64.RawURLEncoding.EncodeToString(data))
}

// decodePosition reports false if data is not what cursor writes. It does not check whether the position is possible.
func decodePosition(data []byte) (p position, ok bool) {
	if len(data) < threadBytes+8 {
		return p, false
	}
	p.thread = binary.LittleEndian.Uint32(data)
	p.properties = binary.LittleEndian.Uint64(data[threadBytes:])
	data = data[threadBytes+8:]
	number := func() int64 {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > latestTime {
			data, ok = nil, false
			return 0
		}
		data = data[size:]
		return int64(n)
	}
	ok = true
	p.newest, p.floor = number(), number()
	count := number()
	if count > maxSeen || count > int64(len(data)) {
		return p, false
	}
	above := p.newest
	for range count {
		version := above - number()
		distance, size := binary.Varint(data)
		if !ok || size <= 0 || version < 0 || distance > version || distance < version-latestTime {
			return p, false
		}
		data = data[size:]
		p.seen = append(p.seen, mark{version, version - distance})
		above = version
	}
	return p, ok && len(data) == 0
}

// threadMark is a short hash of a thread id, so that a cursor is not used for another thread.
func threadMark(id string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return h.Sum32()
}
