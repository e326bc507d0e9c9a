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

// Request is a request and its response. It is recorded before the response is sent, so that a caller who has the response finds the
// request. It must not be modified.
type Request struct {
	ID        int       // 1, 2, … in the order in which they were recorded; [Service.Reset] does not start again
	At        time.Time // when the request arrived, by the clock of the service
	Operation Operation // empty if the request called no operation
	User      User      // the user whose valid token the request had; the zero value otherwise
	Method    string
	Host      string
	Target    string // path and query as received, byte for byte
	Path      string // decoded
	Query     url.Values
	Header    http.Header // without Authorization and X-Skypetoken
	Body      []byte

	Status      int           // of the response, even if a fault lost it; 0 if a fault lost the request
	Refused     string        // the reason for a refusal, if the response does not contain it; the wording may change
	Fault       int           // the id of the fault that hit the request, 0 for none
	ReplyHeader http.Header   // of the response, with canonical names
	Reply       []byte        // the body of the response, complete even if a fault cut it
	Duration    time.Duration // until the response was ready, including the delay of a fault
}

// Requests lists the requests in the order they were answered, or only those of the given operations; the empty operation selects requests
// that called none. The service keeps the last 10,000 requests, and fewer if they are very large. Requests panics if an operation is
// neither empty nor valid.
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

// record keeps a request and passes it to the callback in the options.
func (s *Service) record(q Request) {
	q.ID = int(s.recorded.Add(1))
	s.log.add(q)
	if s.onRequest != nil {
		s.onRequest(q)
	}
}

// newRequest makes the record of a request and its response.
func newRequest(r *http.Request, op Operation, query url.Values, body []byte, p *reply, took time.Duration) Request {
	header := maps.Clone(r.Header)
	delete(header, "Authorization")
	delete(header, skypeHeader)
	return Request{
		At: p.at, Operation: op, User: User{ID: p.user}, Method: r.Method, Host: r.Host, Target: r.URL.RequestURI(), Path: r.URL.Path, Query: query,
		Header: header, Body: body,
		Status: p.status, Refused: p.reason, Fault: p.fault, ReplyHeader: canonical(p.header),
		Reply: p.body.Bytes(), Duration: took,
	}
}

// canonical is a copy of a header with canonical names. The service sends some in a spelling of its own.
func canonical(h http.Header) http.Header {
	named := make(http.Header, len(h))
	for name, values := range h {
		named[http.CanonicalHeaderKey(name)] = values
	}
	return named
}

func (q Request) size() int {
	return len(q.Body) + len(q.Reply)
}

// The limits of what a failed test shows.
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
