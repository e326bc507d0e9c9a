package chattest

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault is something that goes wrong with requests. The zero value answers the next one with 503.
//
// Nth, Every and Times say when. The other members say what, and may be combined: Status, RetryAfter, Redirect and
// ExpiredToken take the place of the operation, which then has no effect; everything else happens to the answer of an
// operation that took effect. Code, Message and RetryAfter without a Status mean a 503.
type Fault struct {
	// Nth is the first request that is hit, counted from the call of Fail. 0 is the next one or, with Every, the Every-th.
	Nth int
	// Every hits every so many requests from the first on. 0 hits each one.
	Every int
	// Times is how many requests are hit. 0 is one, or with Every any number; a negative one is any number.
	Times int

	// Status is answered instead, with the body that the service has for it; a status below 400 has none.
	Status int
	// Code and Message replace those of the body. They do not come with a 401, unless one of them is given.
	Code, Message string
	// RetryAfter is sent in whole seconds or, when it is not whole, as "retry-after-ms".
	RetryAfter time.Duration
	// Header is added to the answer, whatever that is.
	Header http.Header

	// Redirect answers 307 with this Location.
	Redirect string
	// ExpiredToken answers as for a token that has expired: 401 without a body.
	ExpiredToken bool

	// Delay holds the answer back, after the request took effect.
	Delay time.Duration
	// LoseReply breaks the connection after the request took effect, before a byte of the answer. Over a socket Go's own
	// transport may send a GET again by itself.
	LoseReply bool
	// CutBody breaks the connection in the middle of the body. An answer without one is lost.
	CutBody bool
	// NextLinkHost replaces the host, and port, of a next link.
	NextLinkHost string
	// HTML replaces the body by the page of a front door that has lost its service. It keeps the status.
	HTML bool
	// EmptyBody leaves the body out. It keeps the status.
	EmptyBody bool
}

// Injected is a fault at work.
type Injected struct {
	faults *faults
	op     Operation
	fault  Fault

	seen    int // requests that it could have hit
	fired   int
	removed bool
}

// Fail injects a fault into the requests of an operation, or of [Any]. Of several that are due the earliest injected
// hits, and the others do not count that request.
func (s *Service) Fail(op Operation, fault Fault) *Injected {
	i := &Injected{faults: &s.faults, op: op, fault: fault}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injected = append(slices.DeleteFunc(s.faults.injected, (*Injected).spent), i)
	return i
}

// Fired is how many requests the fault has hit.
func (i *Injected) Fired() int {
	i.faults.mu.Lock()
	defer i.faults.mu.Unlock()
	return i.fired
}

// Remove ends the fault. A second call does nothing.
func (i *Injected) Remove() {
	i.faults.mu.Lock()
	defer i.faults.mu.Unlock()
	i.removed = true
}

// faults are those injected so far.
type faults struct {
	mu       sync.Mutex // guards injected and what it points to
	injected []*Injected
}

// take finds the fault that hits a request. It reports false when there is none.
func (f *faults) take(op Operation) (fault Fault, hit bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.injected {
		if (i.op == op || i.op == Any) && !i.spent() {
			if i.seen++; i.due() {
				i.fired++
				return i.fault, true
			}
		}
	}
	return fault, false
}

// spent reports whether the fault hits no more.
func (i *Injected) spent() bool {
	endless := i.fault.Times < 0 || i.fault.Times == 0 && i.fault.Every > 0
	return i.removed || !endless && i.fired >= max(i.fault.Times, 1)
}

// due reports whether the fault hits the latest request it has seen.
func (i *Injected) due() bool {
	every := max(i.fault.Every, 1)
	first := i.fault.Nth
	if first < 1 {
		first = every
	}
	return i.seen >= first && (i.seen-first)%every == 0
}

// replaces reports whether the operation is not carried out.
func (f Fault) replaces() bool {
	instead := f.Status != 0 || f.Code != "" || f.Message != "" || f.RetryAfter != 0 || f.Redirect != "" || f.ExpiredToken
	after := f.Delay != 0 || f.LoseReply || f.CutBody || f.NextLinkHost != "" || f.HTML || f.EmptyBody || len(f.Header) > 0
	return instead || !after
}

// answer is given instead of that of the operation.
func (f Fault) answer(p *reply) {
	status := f.Status
	switch {
	case f.ExpiredToken:
		status = http.StatusUnauthorized
	case status == 0 && f.Redirect != "":
		status = http.StatusTemporaryRedirect
	case status == 0:
		status = http.StatusServiceUnavailable
	}
	if f.Redirect != "" {
		p.header.Set("Location", f.Redirect)
	}
	p.setRetryAfter(f.RetryAfter)
	if status < 400 {
		p.WriteHeader(status)
		return
	}
	r := refuse(status, f.Message)
	if f.Code != "" {
		r.code, r.bare = f.Code, false
	}
	answer(p, 0, nil, r)
}

// distort changes the answer of an operation.
func (f Fault) distort(p *reply, base string) {
	maps.Copy(p.header, f.Header)
	if f.NextLinkHost != "" {
		scheme, _, _ := bytes.Cut([]byte(base), []byte("//"))
		ours := []byte(`"nextLink":"` + base + "/")
		theirs := []byte(`"nextLink":"` + string(scheme) + "//" + f.NextLinkHost + "/")
		p.setBody(p.header.Get("Content-Type"), bytes.Replace(p.body.Bytes(), ours, theirs, 1))
	}
	if f.HTML {
		p.setBody("text/html", []byte(frontDoorPage))
	}
	if f.EmptyBody {
		p.setBody("", nil)
	}
}

const frontDoorPage = `<!DOCTYPE html><html><head><title>Service unavailable</title></head>` +
	`<body><h2>Our services aren't available right now</h2><p>Please try again later.</p></body></html>`
