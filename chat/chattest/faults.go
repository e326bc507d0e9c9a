package chattest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// Fault describes which requests fail and how. The zero value answers the next request with 503.
//
// Nth, Every and Times select the requests. The other members say how they fail, and may be combined: Status, RetryAfter, Redirect,
// ExpiredToken, RevokedToken and LoseRequest replace the operation, which then has no effect; all others change the response to an operation
// that took effect. Code, Message and RetryAfter without a Status mean a 503. Except with [Any], EmptyPage, ShortPage, DuplicateItem and
// NextLinkHost are for lists, ListingLag is for [ListChatMessages], and ClockSkew for the identity API.
//
// [DeliverEvent] and [AcknowledgeFrame] are not requests: their faults count deliveries to all connections, and acknowledgements. They
// may have Nth, Every, Times, Delay, ExpiredToken and the members from Event on. The zero value loses the event or withholds the
// acknowledgement.
//
// [ValidateWebhook] and [DeliverToWebhook] are requests to a webhook. Their faults may have Nth, Every, Times, Status, Delay, LoseRequest
// and LoseReply, those of deliveries also Event, LoseEvent, DuplicateEvent and ReorderEvent; the zero value loses the request. Status
// answers in place of the webhook, and LoseReply loses its answer; both, and a lost request, are failed attempts, which are repeated. Delay
// is by the clock of the service and holds up nothing else. ReorderEvent holds a request until another one of the same subscription has
// ended, with any events and any outcome, or for 10 seconds if there is none; Delay is added. A fault hits a batch as one request.
//
// In JSON members have the same names in lower camel case, durations are strings such as "1.5s", and zero values are omitted.
type Fault struct {
	// Nth is the first request that is hit, counted from 1 after the call of Fail. 0 means 1 or, with Every, the value of Every.
	Nth int `json:"nth,omitzero"`
	// Every is the distance between the requests that are hit, from Nth on: 3 hits every third request. 0 means 1.
	Every int `json:"every,omitzero"`
	// Times is the number of requests that are hit. 0 means one, or with Every any number; a negative number means any number.
	Times int `json:"times,omitzero"`

	// Status is the status of the response, whose body is that of the service for this status; below 400 it has none.
	Status int `json:"status,omitzero"`
	// Code and Message replace those of the body. A 401 of chat has no body unless one of them is given.
	Code    string `json:"code,omitzero"`
	Message string `json:"message,omitzero"`
	// RetryAfter is sent as Retry-After if it is in whole seconds, and as "retry-after-ms" otherwise.
	RetryAfter time.Duration `json:"retryAfter,omitzero"`
	// Header is added to every response that is hit.
	Header http.Header `json:"header,omitempty"`

	// Redirect answers 307 with this Location.
	Redirect string `json:"redirect,omitzero"`
	// ExpiredToken answers as if the token had expired: 401, in chat without a body. An open connection ends with the reason "unauthorized".
	ExpiredToken bool `json:"expiredToken,omitzero"`
	// RevokedToken permanently revokes all tokens of the caller, and then does what ExpiredToken does.
	RevokedToken bool `json:"revokedToken,omitzero"`

	// ClockSkew is added to the clock with which the times of requests signed with the access key are compared. Requests that then differ by
	// more than 15 minutes are refused with 401, as if the caller's clock were wrong. Other requests are not affected.
	ClockSkew time.Duration `json:"clockSkew,omitzero"`

	// Delay delays the response, after the request took effect. On an open connection it delays the event or the acknowledgement, and
	// everything after it.
	Delay time.Duration `json:"delay,omitzero"`
	// LoseRequest breaks the connection before the request takes effect. It is recorded with the status 0.
	LoseRequest bool `json:"loseRequest,omitzero"`
	// LoseReply breaks the connection after the request took effect, before the first byte of the response. Over a socket, [http.Transport]
	// may repeat a GET.
	LoseReply bool `json:"loseReply,omitzero"`
	// CutBody breaks the connection in the middle of the body. A response without a body is lost.
	CutBody bool `json:"cutBody,omitzero"`
	// NextLinkHost replaces the host, and port, of a next link.
	NextLinkHost string `json:"nextLinkHost,omitzero"`
	// HTML replaces the body by the HTML page of a gateway whose service is unavailable. The status is unchanged.
	HTML bool `json:"html,omitzero"`
	// EmptyBody omits the body. The status is unchanged.
	EmptyBody bool `json:"emptyBody,omitzero"`

	// EmptyPage answers a list with no items and a next link to the same request.
	EmptyPage bool `json:"emptyPage,omitzero"`
	// ShortPage limits the number of items on a page of a list, whatever page size is requested. The next link leads to the others. 0 means no
	// limit.
	ShortPage int `json:"shortPage,omitzero"`
	// ListingLag omits from a list of messages those that were sent less than this ago, as [Options.ListingLag] does. The longer of both
	// applies.
	ListingLag time.Duration `json:"listingLag,omitzero"`
	// DuplicateItem repeats the last item of a page of a list.
	DuplicateItem bool `json:"duplicateItem,omitzero"`
	// DuplicateRequest runs the operation twice, as if the request had arrived twice. The response is that of the second run.
	DuplicateRequest bool `json:"duplicateRequest,omitzero"`

	// Event limits a fault of [DeliverEvent] or [DeliverToWebhook] to a kind of event. Empty means any kind. Event Grid has no events of
	// [events.KindReadReceiptReceived].
	Event events.Kind `json:"event,omitzero"`
	// LoseEvent drops the event. It can't be combined with DuplicateEvent and ReorderEvent.
	LoseEvent bool `json:"loseEvent,omitzero"`
	// DuplicateEvent delivers the event twice.
	DuplicateEvent bool `json:"duplicateEvent,omitzero"`
	// ReorderEvent delivers the event after the next one for the same connection, of any kind.
	ReorderEvent bool `json:"reorderEvent,omitzero"`
	// MessageLoss sends "trouter.message_loss": in place of the event, after the acknowledgement or, with [OpenRealtimeSocket], when
	// the client is connected.
	MessageLoss bool `json:"messageLoss,omitzero"`
	// WithholdAcknowledgement drops the acknowledgement.
	WithholdAcknowledgement bool `json:"withholdAcknowledgement,omitzero"`
	// DropSocket closes the socket in place of the event or of the acknowledgement or, with [OpenRealtimeSocket], before the first
	// frame.
	DropSocket bool `json:"dropSocket,omitzero"`
}

// InjectedFault is a fault that was injected with [Service.Fail]. Its methods may be called concurrently. The zero value is not usable.
type InjectedFault struct {
	faults *faults
	id     int
	op     Operation
	fault  Fault

	// Guarded by faults.
	seen    int // requests that it could have hit
	fired   int
	removed bool
}

// Fail injects a fault into the requests of an operation, or of [Any]. If several faults match a request, the one that was injected first
// hits it, and the others do not count it. Fail panics if op is not valid or can't have the fault.
func (s *Service) Fail(op Operation, fault Fault) *InjectedFault {
	if err := fault.Check(op); err != nil {
		panic("chattest: inject fault: " + err.Error())
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.latest++
	i := &InjectedFault{faults: &s.faults, id: s.faults.latest, op: op, fault: fault}
	s.faults.injected = append(slices.DeleteFunc(s.faults.injected, (*InjectedFault).spent), i)
	return i
}

// Faults lists the faults that may still hit a request, the earliest injected first.
func (s *Service) Faults() []*InjectedFault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.faults.injected), (*InjectedFault).spent)
}

// ID returns the number of the fault, from 1. See [Request.Fault].
func (i *InjectedFault) ID() int { return i.id }

// Operation returns the operation whose requests the fault hits.
func (i *InjectedFault) Operation() Operation { return i.op }

// Fault returns the fault as it was injected.
func (i *InjectedFault) Fault() Fault { return i.fault }

// Fired returns how many requests the fault has hit.
func (i *InjectedFault) Fired() int {
	i.faults.mu.Lock()
	defer i.faults.mu.Unlock()
	return i.fired
}

// Remove ends the fault. A second call does nothing.
func (i *InjectedFault) Remove() {
	i.faults.mu.Lock()
	defer i.faults.mu.Unlock()
	i.removed = true
}

// faults holds the injected faults.
type faults struct {
	mu       sync.Mutex // guards injected, what it points to, and latest
	injected []*InjectedFault
	latest   int // the latest id
}

// take returns the fault that hits a request, and its id. The id is 0 if there is none.
func (f *faults) take(op Operation) (fault Fault, id int) {
	return f.takeFor(op)
}

// takeFor is take for an operation on events of some kinds.
func (f *faults) takeFor(op Operation, kinds ...events.Kind) (fault Fault, id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.injected {
		if i.hits(op, kinds) && !i.spent() {
			if i.seen++; i.due() {
				i.fired++
				return i.fault, i.id
			}
		}
	}
	return fault, 0
}

// hits reports whether the fault is for an operation on events of some kinds.
func (i *InjectedFault) hits(op Operation, kinds []events.Kind) bool {
	return (i.op == op || i.op == Any && op.isRequest()) && (i.fault.Event == "" || slices.Contains(kinds, i.fault.Event))
}

// spent reports whether the fault will hit no further request.
func (i *InjectedFault) spent() bool {
	endless := i.fault.Times < 0 || i.fault.Times == 0 && i.fault.Every > 0
	return i.removed || !endless && i.fired >= max(i.fault.Times, 1)
}

// due reports whether the fault hits the latest request it has seen.
func (i *InjectedFault) due() bool {
	every := max(i.fault.Every, 1)
	first := i.fault.Nth
	if first < 1 {
		first = every
	}
	return i.seen >= first && (i.seen-first)%every == 0
}

// replaces reports whether the fault replaces the operation.
func (f Fault) replaces() bool {
	instead := f.Status != 0 || f.Code != "" || f.Message != "" || f.RetryAfter != 0 || f.Redirect != "" || f.ExpiredToken || f.RevokedToken || f.LoseRequest
	after := f.ClockSkew != 0 || f.Delay != 0 || f.LoseReply || f.CutBody || f.NextLinkHost != "" || f.HTML || f.EmptyBody || len(f.Header) > 0 ||
		f.EmptyPage || f.ShortPage != 0 || f.ListingLag != 0 || f.DuplicateItem || f.DuplicateRequest || f.onConnection()
	return instead || !after
}

// answer writes the response that replaces that of the operation.
func (f Fault) answer(p *reply) {
	status := f.Status
	switch {
	case f.ExpiredToken || f.RevokedToken:
		status = http.StatusUnauthorized
	case status == 0 && f.Redirect != "":
		status = http.StatusTemporaryRedirect
	case status == 0:
		status = http.StatusServiceUnavailable
	}
	if f.Redirect != "" {
		p.header.Set("Location", f.Redirect)
	}
	if status < 400 {
		p.setRetryAfter(f.RetryAfter)
		p.WriteHeader(status)
		return
	}
	r := refuse(status, f.Message)
	if status == http.StatusUnauthorized && p.identity && f.Message == "" {
		r = denied("")
	}
	if f.Code != "" {
		r.code, r.bare = f.Code, false
	}
	r.retryAfter = f.RetryAfter
	answer(p, 0, nil, r)
}

// distort changes the response to a request.
func (f Fault) distort(p *reply, r *http.Request) {
	maps.Copy(p.header, f.Header)
	if f.EmptyPage || f.DuplicateItem {
		f.distortPage(p, r)
	}
	if f.NextLinkHost != "" {
		base := baseURL(r)
		scheme, _, _ := strings.Cut(base, "//")
		ours := []byte(`"nextLink":"` + base + "/")
		theirs := []byte(`"nextLink":"` + scheme + "//" + f.NextLinkHost + "/")
		p.setBody(p.header.Get("Content-Type"), bytes.Replace(p.body.Bytes(), ours, theirs, 1))
	}
	if f.HTML {
		p.setBody("text/html", []byte(gatewayPage))
	}
	if f.EmptyBody {
		p.setBody("", nil)
	}
}

// distortPage changes the response if it is a page of a list.
func (f Fault) distortPage(p *reply, r *http.Request) {
	var old struct {
		Value    []json.RawMessage `json:"value"`
		NextLink string            `json:"nextLink"`
	}
	if p.status != http.StatusOK || json.Unmarshal(p.body.Bytes(), &old) != nil || old.Value == nil {
		return
	}
	var list page
	next := old.NextLink
	if f.EmptyPage {
		next = baseURL(r) + requestTarget(r)
	} else {
		for _, item := range append(old.Value, old.Value[max(0, len(old.Value)-1):]...) {
			list.add(item)
		}
	}
	p.setBody(p.header.Get("Content-Type"), list.end(next))
}

const gatewayPage = `<!DOCTYPE html><html><head><title>Service unavailable</title></head>` +
	`<body><h2>Our services aren't available right now</h2><p>Please try again later.</p></body></html>`
