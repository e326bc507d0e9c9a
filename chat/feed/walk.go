package feed

import (
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/links"
)

// walk is one read of a thread: down the listing, which has the highest version first, to the position, and up again to deliver the oldest
// first. It is continued after a failed call.
type walk struct {
	since    time.Time // the first call
	begun    bool      // a message was read
	size     int       // of pages
	down     bool
	next     string // the continuation token of the page to read
	links    links.Circle
	empty    int    // pages in a row
	lowest   int64  // the lowest version read
	full     bool   // there was more than one page
	anchored bool   // a message from before the position was seen
	pages    []page // those that are not delivered, the newest first
}

// page holds the new messages of one page. Those of long walks are dropped, and read again with the token on the way up.
type page struct {
	token    string
	messages []chat.Message
	dropped  bool
}

// keptPages is the number of pages whose messages a walk holds, besides the lowest.
const keptPages = 8

// maxEmptyPages is the number of empty pages in a row after which a listing is begun again. It may never end.
const maxEmptyPages = 1000

const (
	smallPage = 20  // usual reads
	largePage = 200 // the most that the service returns
)

func newWalk(since time.Time, size int) *walk {
	return &walk{since: since, size: size, down: true, lowest: latestTime + 1}
}

// descend takes the page at next. The way down ends at a message that the position covers, or at the end of the listing. oldest is the lowest
// version that the range may read, 0 for any.
func (w *walk) descend(p *position, read chat.Page[chat.Message], oldest int64) error {
	fresh, lowest, covered, err := w.fresh(p, read.Items)
	switch {
	case err != nil:
		return err
	case !read.Last && (w.links.Closed(read.ContinuationToken) || len(read.Items) > 0 && lowest >= w.lowest):
		return errRepeatedPage
	case len(read.Items) > 0:
		w.empty = 0
	default:
		w.empty++
	}
	switch {
	case w.empty == maxEmptyPages && !read.Last:
		return errEmptyPages
	case oldest > 0 && len(fresh) > 0 && lowestOf(fresh) < oldest:
		return ErrCursorTooOld
	}
	w.lowest = min(w.lowest, lowest)
	if n := len(w.pages); n > keptPages {
		w.pages[n-1].messages, w.pages[n-1].dropped = nil, true
	}
	w.pages = append(w.pages, page{token: w.next, messages: fresh})
	w.full = len(w.pages) > 1
	w.next = read.ContinuationToken
	if covered || read.Last {
		w.down = false
		if !w.anchored && p.hasHistory() {
			return ErrCursorTooOld
		}
	}
	return nil
}

// ascend takes the messages of the lowest page, which was read again.
func (w *walk) ascend(p *position, read chat.Page[chat.Message]) error {
	fresh, _, _, err := w.fresh(p, read.Items)
	if err != nil {
		return err
	}
	last := &w.pages[len(w.pages)-1]
	last.messages, last.dropped = fresh, false
	return nil
}

// fresh returns the messages of a page that were not delivered, their lowest version, and whether one is at or below the horizon.
func (w *walk) fresh(p *position, items []chat.Message) (fresh []chat.Message, lowest int64, covered bool, err error) {
	lowest = latestTime
	for _, m := range items {
		version, ok := markOf(m)
		if !ok {
			return nil, 0, false, errVersion
		}
		lowest = min(lowest, version.version)
		covered = covered || version.version <= p.horizon()
		w.anchored = w.anchored || version.id <= p.newest
		if p.isNew(version) {
			fresh = append(fresh, m)
		}
	}
	return fresh, lowest, covered, nil
}

func lowestOf(messages []chat.Message) int64 {
	lowest := int64(latestTime)
	for _, m := range messages {
		version, _ := markOf(m)
		lowest = min(lowest, version.version)
	}
	return lowest
}

// pop removes the lowest page and returns its messages, the lowest version first. It reports false if the page must be read again, at next.
func (w *walk) pop() ([]chat.Message, bool) {
	last := w.pages[len(w.pages)-1]
	if last.dropped {
		w.next = last.token
		return nil, false
	}
	w.pages = w.pages[:len(w.pages)-1]
	slices.SortStableFunc(last.messages, func(a, b chat.Message) int {
		versionA, _ := markOf(a)
		versionB, _ := markOf(b)
		return compareMarks(versionA, versionB)
	})
	return last.messages, true
}
