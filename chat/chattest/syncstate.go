package chattest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"time"
)

// messagesSeen is the progress of a list of messages: from the newest version, at which it began, down to the oldest.
type messagesSeen struct {
	oldest, newest int64
}

// messagesCursor reads the syncState of a link. Without one the list starts.
func (c *call) messagesCursor(threadID string) (messagesSeen, error) {
	if !c.query.Has("syncState") {
		return messagesSeen{oldest: math.MaxInt64}, nil
	}
	b, err := hex.DecodeString(c.query.Get("syncState"))
	if prefix := messagesPrefix(threadID); err == nil && len(b) == len(prefix)+16 && string(b[:len(prefix)]) == string(prefix) {
		b = b[len(prefix):]
		return messagesSeen{int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:]))}, nil
	}
	return messagesSeen{}, badRequest()
}

func (s *messagesSeen) pass(version int64) {
	s.oldest = version
	s.newest = max(s.newest, version)
}

// encode writes the syncState: 3e, the length of the thread id, the thread id, 01 and the two versions, in lower-case hex.
func (s messagesSeen) encode(threadID string) string {
	b := binary.LittleEndian.AppendUint64(messagesPrefix(threadID), uint64(s.oldest))
	return hex.EncodeToString(binary.LittleEndian.AppendUint64(b, uint64(s.newest)))
}

func messagesPrefix(threadID string) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{0x3e}, uint32(len(threadID)))
	return append(append(b, threadID...), 0x01)
}

// threadsSeen is the progress of a list of threads: those active from start to end have been listed. Older ones follow, latest first. Those
// that became active since are listed at the end; they appear again so that none is missed.
type threadsSeen struct {
	start, end int64 // 100 ns since 1970, 0 and 0 before the first page
}

// ticksPerMilli is how many units of activity a millisecond has.
const ticksPerMilli = int64(time.Millisecond / 100)

// threadsWindow is one of the two windows in the syncState of a list of threads. The second is always empty here.
type threadsWindow struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

const windowTime = "2006-01-02T15:04:05.9999999-07:00"

// threadsCursor reads the syncState of a link. Without one the list starts.
func (c *call) threadsCursor() (seen threadsSeen, err error) {
	if !c.query.Has("syncState") {
		return seen, nil
	}
	var windows []threadsWindow
	b, err := base64.StdEncoding.DecodeString(c.query.Get("syncState"))
	if err != nil || json.Unmarshal(b, &windows) != nil || len(windows) == 0 {
		return seen, badRequest()
	}
	start, err := time.Parse(windowTime, windows[0].Start)
	if err != nil {
		return seen, badRequest()
	}
	end, err := time.Parse(windowTime, windows[0].End)
	if err != nil {
		return seen, badRequest()
	}
	return threadsSeen{start.UnixNano() / 100, end.UnixNano() / 100}, nil
}

// unseen returns the threads that are still to be listed, of threads sorted by activity, latest first.
func (s threadsSeen) unseen(threads []listed) []listed {
	if s.end == 0 {
		return threads
	}
	var older, newer []listed
	for _, l := range threads {
		if l.activity < s.start {
			older = append(older, l)
		} else if l.activity > s.end {
			newer = append(newer, l)
		}
	}
	slices.Reverse(newer)
	return append(older, newer...)
}

func (s *threadsSeen) pass(activity int64) {
	if s.end == 0 {
		s.start = activity
	}
	s.start = min(s.start, activity)
	s.end = max(s.end, activity)
}

func (s threadsSeen) encode() string {
	none := time.Unix(0, 0).UTC().Format(windowTime)
	return base64.StdEncoding.EncodeToString(encode([]threadsWindow{
		{time.Unix(0, s.start*100).UTC().Format(windowTime), time.Unix(0, s.end*100).UTC().Format(windowTime)},
		{none, none},
	}))
}
