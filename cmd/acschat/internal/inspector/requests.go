package inspector

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// maxShownRequests is the most requests that the page shows.
const maxShownRequests = 50

// requestsView has the latest requests, the latest first.
type requestsView struct {
	Requests []requestView
	Earlier  int // how many more there are
	Failed   bool
	AllLink  string
	FailLink string
}

type requestView struct {
	Key       string // tells it from others
	At        moment
	Failed    bool
	Status    int
	Method    string
	Operation string
	Target    string
	Took      string
	User      string
	Refused   string
	Fault     int
	Body      string
	Reply     string
	Private   bool // what was said may be a token, and is not shown
}

func (p *page) viewRequests(g selection, all []chattest.Request) requestsView {
	v := requestsView{Failed: g.failed}
	v.AllLink = "/" + selection{thread: g.thread}.Query()
	v.FailLink = "/" + selection{thread: g.thread, failed: true}.Query()
	now := p.service.Now()
	for _, q := range slices.Backward(all) {
		switch {
		case g.failed && !failed(q):
		case len(v.Requests) == maxShownRequests:
			v.Earlier++
		default:
			v.Requests = append(v.Requests, p.viewRequest(q, now))
		}
	}
	return v
}

func (p *page) viewRequest(q chattest.Request, now time.Time) requestView {
	v := requestView{
		Key: strconv.FormatInt(q.At.UnixNano(), 36), At: momentOf(q.At, now, "15:04:05.000"),
		Failed: failed(q), Status: q.Status, Method: p.safe(q.Method), Operation: shortName(q.Operation), Target: p.safe(q.Target),
		Took: tookText(q.Duration), User: q.User.ID, Refused: p.safe(q.Refused), Fault: q.Fault,
	}
	// Bodies of the identity API consist of tokens.
	if v.Private = !strings.HasPrefix(q.Path, "/chat/"); !v.Private {
		v.Body, v.Reply = p.safe(string(q.Body)), p.safe(string(q.Reply))
	}
	return v
}

// failed reports whether a request failed, or had a fault, which may have lost its response.
func failed(q chattest.Request) bool {
	return q.Status >= 400 || q.Fault != 0
}

// shortName returns the name of an operation without its group.
func shortName(op chattest.Operation) string {
	_, name, ok := strings.Cut(string(op), "_")
	if !ok {
		return string(op)
	}
	return name
}

// tookText formats a duration, in milliseconds up to a second.
func tookText(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}
