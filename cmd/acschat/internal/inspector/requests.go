package inspector

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// requestsPage is how many requests a page of the list has.
const requestsPage = 50

// requestsView is a page of the requests, the latest first.
type requestsView struct {
	rows[requestView]

	Filtered bool
	Kept     int // requests in the log
}

type requestView struct {
	ID        int
	At        moment
	Failed    bool
	Status    int
	Method    string
	Operation string
	Path      string
	Took      string
	Refused   string
	Fault     int
	Href      string // all about it
}

// statusChoice is a choice of the filter by status.
type statusChoice struct {
	Name, Label string
	matches     func(q chattest.Request) bool
}

func statusChoices() []statusChoice {
	class := func(n int) func(chattest.Request) bool {
		return func(q chattest.Request) bool { return q.Status/100 == n }
	}
	return []statusChoice{
		{"failed", "failed", failed},
		{"2xx", "2xx", class(2)}, {"3xx", "3xx", class(3)}, {"4xx", "4xx", class(4)}, {"5xx", "5xx", class(5)},
		{"fault", "hit by a fault", func(q chattest.Request) bool { return q.Fault != 0 }},
	}
}

func (p *page) viewRequests(g selection, all []chattest.Request) requestsView {
	matches := p.requestFilter(g)
	found := make([]*chattest.Request, 0, len(all)) // of ten thousand large values
	for i := range slices.Backward(all) {
		if matches(all[i]) {
			found = append(found, &all[i])
		}
	}
	list := pageOf(g, paging[*chattest.Request]{"requests", requestsFrom, requestsPage, func(q *chattest.Request) string { return requestKey(*q) }}, found)
	now := p.service.Now()
	return requestsView{
		rows:     shownAs(list, func(q *chattest.Request) requestView { return p.viewRequest(g, *q, now) }),
		Filtered: len(g.without(requestsFrom, threadSearch, threadsFrom, userSearch, usersFrom, messageSearch, messagesFrom, connectShown).values) > 0,
		Kept:     len(all),
	}
}

func requestKey(q chattest.Request) string { return strconv.Itoa(q.ID) }

// requestFilter returns what the selection asks of a request.
func (p *page) requestFilter(g selection) func(chattest.Request) bool {
	sought, thread, user, operation := searchOf(g, requestSearch), g.get(chosenThread), g.get(chosenUser), g.get(operationShown)
	inStatus := func(chattest.Request) bool { return true }
	for _, choice := range statusChoices() {
		if choice.Name == g.get(statusShown) {
			inStatus = choice.matches
		}
	}
	return func(q chattest.Request) bool {
		return (thread == "" || threadOf(q) == thread) &&
			(user == "" || q.User.ID == user) &&
			(operation == "" || string(q.Operation) == operation) &&
			inStatus(q) &&
			sought.inRequest(q)
	}
}

func (s search) inRequest(q chattest.Request) bool {
	if s.in(q.Method, q.Target, q.Path, string(q.Operation), q.Refused, q.User.ID, strconv.Itoa(q.Status)) {
		return true
	}
	for _, id := range requestIDs(q) {
		if s.in(id.Value) {
			return true
		}
	}
	return s.in(string(q.Body), string(q.Reply))
}

// threadOf returns the id of the thread that a request is about, "" if it is about none.
func threadOf(q chattest.Request) string {
	rest, ok := strings.CutPrefix(q.Path, "/chat/threads/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

func (p *page) viewRequest(g selection, q chattest.Request, now time.Time) requestView {
	return requestView{
		ID: q.ID, At: momentOf(q.At, now, "15:04:05.000"),
		Failed: failed(q), Status: q.Status, Method: p.safe(q.Method), Operation: shortName(q.Operation), Path: p.safe(q.Path),
		Took: tookText(q.Duration), Refused: p.safe(q.Refused), Fault: q.Fault,
		Href: prefix + "requests/" + requestKey(q) + g.Query(),
	}
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
