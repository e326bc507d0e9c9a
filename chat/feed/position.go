package feed

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// LookBack is how late a message may appear behind one with a higher version: several machines write a thread. Every read of a listing goes
// back this far before the highest version that was read before.
const LookBack = 10 * time.Second

// lateness is LookBack in milliseconds, which versions count.
const lateness = int64(LookBack / time.Millisecond)

// mark identifies a message in one of its versions.
type mark struct{ version, id int64 }

// markOf reports false if the version of a message is not a number.
func markOf(m chat.Message) (mark, bool) {
	version, err := strconv.ParseInt(m.Version, 10, 64)
	id, _ := strconv.ParseInt(m.ID, 10, 64) // 0 does as well: it only tells messages with the same version apart
	return mark{version, max(id, 0)}, err == nil && version > 0 && version <= latestTime && id <= latestTime
}

func compareMarks(a, b mark) int {
	return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.id, b.id))
}

// position is what was delivered of a thread.
type position struct {
	thread     uint32 // see threadMark
	properties uint64 // the hash of metadata and retention as delivered, 0 before
	newest     int64  // the highest version delivered
	floor      int64  // versions up to it are not delivered: the range starts above; 0 without effect
	seen       []mark // those delivered above the horizon, the highest version first
}

// horizon is the version above which there may be messages that were not delivered.
func (p *position) horizon() int64 { return max(p.floor, p.newest-lateness) }

// isNew reports whether a message was not delivered.
func (p *position) isNew(m mark) bool {
	return m.version > p.horizon() && !slices.Contains(p.seen, m)
}

// hasSeen reports whether a message with this version was delivered.
func (p *position) hasSeen(version int64) bool {
	return slices.ContainsFunc(p.seen, func(m mark) bool { return m.version == version })
}

// add makes a message a delivered one.
func (p *position) add(m mark) {
	i, _ := slices.BinarySearchFunc(p.seen, m, func(a, b mark) int { return compareMarks(b, a) })
	p.seen = slices.Insert(p.seen, i, m)
	p.newest = max(p.newest, m.version)
	horizon := p.horizon()
	end := slices.IndexFunc(p.seen, func(m mark) bool { return m.version <= horizon })
	if end >= 0 {
		p.seen = p.seen[:end:end]
	}
	if p.floor <= p.newest-lateness {
		p.floor = 0
	}
}

// hasHistory reports whether messages at or below newest were visible: listings go on to show some of them.
func (p *position) hasHistory() bool { return p.newest > p.floor }

// added returns the mark that a position has and an earlier one has not.
func (p *position) added(before *position) (mark, bool) {
	for _, m := range p.seen {
		if !slices.Contains(before.seen, m) {
			return m, true
		}
	}
	return mark{}, false
}
