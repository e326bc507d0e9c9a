package chattest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/redact"
)

// Request is a request that the service has answered, and the answer. It is recorded before the answer is sent: who has
// an answer finds the request. Do not change what it refers to.
type Request struct {
	At        time.Time // when it came, by the clock of the service
	Operation Operation // empty for what is no operation
	User      User      // who chats, by a good token; the zero value for anybody else
	Method    string
	Host      string
	Target    string // path and query as they came, byte for byte
	Path      string // decoded
	Query     url.Values
	Header    http.Header // without Authorization
	Body      []byte

	Status   int    // what was answered, also when a fault lost the answer
	Refused  string // why it was refused, where the answer does not tell, as with a token; for people, not for tests
	Fault    int    // the id of the fault that hit it, 0 for none
	Reply    []byte // the whole body, also when a fault cut it
	Duration time.Duration
}

// Requests lists the requests so far in the order they were answered, or only those of the given operations; the empty
// operation is that of requests for no operation of either API. The service keeps the last 10,000 requests, and fewer if
// they are very large. Requests panics if an operation is neither empty nor valid.
func (s *Service) Requests(ops ...Operation) []Request {
	for _, op := range ops {
		if op != "" && !op.Valid() {
			panic(fmt.Sprintf("chattest: list requests: there is no operation %q", op))
		}
	}
	requests := s.log.all()
	if len(ops) == 0 || slices.Contains(ops, Any) {
		return requests
	}
	return slices.DeleteFunc(requests, func(q Request) bool { return !slices.Contains(ops, q.Operation) })
}

// record remembers a request, and tells of it whom the options name.
func (s *Service) record(q Request) {
	s.log.add(q)
	if s.onRequest != nil {
		s.onRequest(q)
	}
}

// newRequest is what is known of a request and its reply.
func newRequest(r *http.Request, op Operation, query url.Values, body []byte, p *reply, took time.Duration) Request {
	header := maps.Clone(r.Header)
	delete(header, "Authorization")
	return Request{
		At: p.at, Operation: op, User: User{ID: p.user}, Method: r.Method, Host: r.Host, Target: r.URL.RequestURI(), Path: r.URL.Path, Query: query,
		Header: header, Body: body,
		Status: p.status, Refused: p.reason, Fault: p.fault, Reply: p.body.Bytes(), Duration: took,
	}
}

func (q Request) size() int {
	return len(q.Body) + len(q.Reply)
}

// What a failed test shows at most.
const (
	maxShownRequests = 20
	maxShownBody     = 2000
)

// showRequests writes the last requests, without secrets.
func showRequests(requests []Request, logf func(format string, args ...any)) {
	last := requests[max(0, len(requests)-maxShownRequests):]
	if len(requests) > len(last) {
		logf("the last %d of %d requests:", len(last), len(requests))
	}
	body := func(mark string, b []byte) string {
		if len(b) == 0 {
			return ""
		}
		shown := redact.Text(string(b))
		if len(shown) > maxShownBody {
			shown = fmt.Sprintf("%s… (%d bytes)", shown[:maxShownBody], len(b))
		}
		return "\n" + mark + " " + shown
	}
	for _, q := range last {
		because := ""
		if q.Refused != "" {
			because = " because " + q.Refused + ","
		}
		logf("%s %s: %d%s after %v%s%s", q.Method, redact.Text(q.Target), q.Status, because,
			q.Duration.Round(time.Microsecond), body(">", q.Body), body("<", q.Reply))
	}
}
