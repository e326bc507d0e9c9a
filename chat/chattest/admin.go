package chattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/redact"
)

// AdminHandler controls the service over HTTP, in JSON, as its methods do in a Go test. The service does not serve it itself: mount it
// with [http.StripPrefix]. It is protected by [Service.Guard].
//
//	GET    /              lists the resources and the operations
//	GET    /faults        lists the faults that may still hit a request
//	POST   /faults        injects one: {"operation":"ChatThread_SendChatMessage", …} and the members of [Fault]
//	DELETE /faults        removes all of them
//	DELETE /faults/{id}   removes one
//	GET    /clock         returns the time of the service, and how far ahead it is
//	POST   /clock         moves the clock: {"advance":"1h"}
//	GET    /requests      lists requests and responses, without secrets; ?operation=…&last=20
//	DELETE /requests      clears that list
//	GET    /events        lists events and who received them; ?kind=chatMessageReceived&last=20
//	GET    /connections   lists the open real-time connections
//	DELETE /connections   does what [Service.DropConnections] does, for all users or with ?user=… for one
//	GET    /subscriptions lists the event subscriptions
//	POST   /subscriptions does what [Service.DeliverEventsTo] does: {"url":"http://localhost:3000/events"} and name, schema, eventTypes,
//	                      maxEventsPerBatch, concurrency
//	DELETE /subscriptions removes all of them, or with ?name=… one
//	GET    /deliveries    lists deliveries to webhooks; ?status=failed&last=20; with ?wait=10s it first waits for those that are due,
//	                      as [Service.WaitForDeliveries] does, and not for those that a fault delays or holds
//	POST   /deliveries/{id}  does what [Service.Redeliver] does
//	DELETE /deliveries    removes those that are not in progress, or with ?status=…
//	DELETE /deliveries/{id}  removes one
//	POST   /reset         does what [Service.Reset] does
//	GET    /seed          returns the seed of [Service.Dump]
//	POST   /snapshot      takes a snapshot and replaces the one with that name: {"name":"base"}; without a body the name is ""
//	DELETE /snapshot      removes all snapshots, or with ?name=… one; each is a copy of the state in memory
//	POST   /restore       does what [Service.Restore] does with a snapshot: {"name":"base"}
//
// An operation may be named without its group, as in "SendChatMessage", if only one has that name. Bodies are JSON; the Content-Type may be
// that of "curl -d" too, unless a browser sends the request.
//
// Errors are JSON, except those of Guard. Unknown query parameters and unknown members of a body are refused with 400. The parameters
// operation, kind, user and name may be repeated and select what has one of the values; the others may not. A path to something
// that does not exist is 404. A query selects from a list: DELETE with a query succeeds even if it selects nothing.
func (s *Service) AdminHandler() http.Handler {
	a := adminAPI{s}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", resource{serve: a.listResources})
	for _, r := range a.resources() {
		mux.Handle(r.Method+" "+r.Path, r)
	}
	return s.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" { // the prefix alone
			r = r.Clone(r.Context())
			r.URL.Path = "/"
		}
		switch route, pattern := mux.Handler(r); {
		case r.URL.Path != path.Clean(r.URL.Path): // the mux would redirect to a path without the prefix
			refuseResource(w, "")
		case pattern == "":
			found := newReply()
			route.ServeHTTP(found, r)
			refuseResource(w, found.header.Get("Allow"))
		default:
			mux.ServeHTTP(w, r)
		}
	}))
}

// refuseResource answers a request for a path that does not exist or, if it has methods, for another method.
func refuseResource(w http.ResponseWriter, methods string) {
	if methods == "" {
		writeError(w, http.StatusNotFound, errors.New("there is no such resource; GET / lists those that exist"))
		return
	}
	w.Header().Set("Allow", methods)
	writeError(w, http.StatusMethodNotAllowed, fmt.Errorf("the methods of this resource are %s", methods))
}

type adminAPI struct{ s *Service }

// injection is a fault with its operation.
type injection struct {
	ID        int       `json:"id,omitzero"`
	Operation Operation `json:"operation"`
	Fired     *int      `json:"fired,omitempty"`
	faultJSON
}

func injectionOf(i *InjectedFault) injection {
	return injection{i.ID(), i.Operation(), new(i.Fired()), i.Fault().json()}
}

func (a adminAPI) listFaults(w http.ResponseWriter, _ *http.Request) {
	list := []injection{}
	for _, fault := range a.s.Faults() {
		list = append(list, injectionOf(fault))
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": list})
}

func (a adminAPI) addFault(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Operation Operation `json:"operation"`
		faultJSON
	}
	err := readJSON(r, &asked)
	if err == nil {
		asked.Operation, err = operationNamed(string(asked.Operation))
	}
	if err == nil {
		err = asked.fault().Check(asked.Operation)
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusCreated, injectionOf(a.s.Fail(asked.Operation, asked.fault())))
}

func (a adminAPI) removeFaults(w http.ResponseWriter, _ *http.Request) {
	for _, fault := range a.s.Faults() {
		fault.Remove()
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a adminAPI) removeFault(w http.ResponseWriter, r *http.Request) {
	faults := a.s.Faults()
	i := slices.IndexFunc(faults, func(i *InjectedFault) bool { return strconv.Itoa(i.ID()) == r.PathValue("id") })
	if i < 0 {
		writeError(w, http.StatusNotFound, errors.New("there is no such fault"))
		return
	}
	faults[i].Remove()
	w.WriteHeader(http.StatusNoContent)
}

func (a adminAPI) readClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Now   time.Time `json:"now"`
		Ahead duration  `json:"ahead"`
	}{a.s.Now().UTC(), duration(a.s.offset.Load())})
}

func (a adminAPI) advanceClock(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Advance *duration `json:"advance"`
	}
	err := readJSON(r, &asked)
	switch {
	case err != nil:
	case asked.Advance == nil:
		err = errors.New("advance is missing")
	case !a.s.advance(time.Duration(*asked.Advance)):
		err = errors.New("the clock must stay within 25 years of that of the machine")
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	a.readClock(w, r)
}

func (a adminAPI) listRequests(w http.ResponseWriter, r *http.Request) {
	var ops []Operation
	for _, name := range r.URL.Query()["operation"] {
		op, err := operationNamed(name)
		if err != nil {
			writeError(w, http.StatusBadRequest, err)
			return
		}
		ops = append(ops, op)
	}
	requests, err := latest(r, a.s.Requests(ops...))
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": recordsOf(requests)})
}

// latest returns the last items, as many as the query of a request asks for.
func latest[T any](r *http.Request, items []T) ([]T, error) {
	query := r.URL.Query()
	if !query.Has("last") {
		return items, nil
	}
	n, err := strconv.Atoi(query.Get("last"))
	if err != nil || n < 0 {
		return nil, errors.New("last must be a number that is not negative")
	}
	return items[max(0, len(items)-n):], nil
}

func (a adminAPI) listEvents(w http.ResponseWriter, r *http.Request) {
	var kinds []events.Kind
	for _, name := range r.URL.Query()["kind"] {
		kind := events.Kind(name)
		if !slices.Contains(events.Kinds(), kind) {
			writeError(w, http.StatusBadRequest, fmt.Errorf("there is no event %q", name))
			return
		}
		kinds = append(kinds, kind)
	}
	list, err := latest(r, a.s.Events(kinds...))
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	records := make([]eventRecord, len(list))
	for i, e := range list {
		records[i] = eventRecord{Event: e.Event, Recipients: make([]string, len(e.Recipients))}
		for j, u := range e.Recipients {
			records[i].Recipients[j] = u.RawID()
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": records})
}

// eventRecord is an event in the list.
type eventRecord struct {
	Event      events.Event `json:"event"`
	Recipients []string     `json:"recipients"`
}

func (a adminAPI) forgetRequests(w http.ResponseWriter, _ *http.Request) {
	a.s.log.clear()
	w.WriteHeader(http.StatusNoContent)
}

func (a adminAPI) listConnections(w http.ResponseWriter, _ *http.Request) {
	list := []connectionRecord{}
	for _, c := range a.s.Connections() {
		list = append(list, connectionRecord{c.ID, c.User.ID, c.Since.UTC(), c.Registered, c.Delivered, c.Answered, c.Refused})
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": list})
}

// connectionRecord is a connection in the list.
type connectionRecord struct {
	ID         string    `json:"id"`
	User       string    `json:"user"`
	Since      time.Time `json:"since"`
	Registered bool      `json:"registered"`
	Delivered  int       `json:"delivered"`
	Answered   int       `json:"answered"`
	Refused    int       `json:"refused"`
}

func (a adminAPI) dropConnections(w http.ResponseWriter, r *http.Request) {
	var users []User
	for _, id := range r.URL.Query()["user"] {
		users = append(users, User{ID: id})
	}
	a.s.DropConnections(users...)
	w.WriteHeader(http.StatusNoContent)
}

func (a adminAPI) reset(w http.ResponseWriter, _ *http.Request) {
	a.s.Reset()
	w.WriteHeader(http.StatusNoContent)
}

func (a adminAPI) dump(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, a.s.Dump())
}

// record is a request in the list, without secrets.
type record struct {
	ID        int         `json:"id"`
	At        time.Time   `json:"at"`
	Operation Operation   `json:"operation,omitzero"`
	User      string      `json:"user,omitzero"`
	Method    string      `json:"method"`
	Host      string      `json:"host"`
	Target    string      `json:"target"`
	Header    http.Header `json:"header"`
	Body      string      `json:"body,omitzero"`
	Status    int         `json:"status"`
	Refused   string      `json:"refused,omitzero"`
	Fault     int         `json:"fault,omitzero"`
	ReplyHead http.Header `json:"replyHeader,omitempty"`
	Reply     string      `json:"reply,omitzero"`
	Duration  duration    `json:"duration"`
}

func recordsOf(requests []Request) []record {
	records := make([]record, len(requests))
	for i, q := range requests {
		records[i] = record{
			ID: q.ID, At: q.At.UTC(), Operation: q.Operation, User: q.User.ID,
			Method: q.Method, Host: q.Host, Target: redact.Text(q.Target), Header: q.Header, Body: redact.Text(string(q.Body)),
			Status: q.Status, Refused: q.Refused, Fault: q.Fault, ReplyHead: q.ReplyHeader, Reply: redact.Text(string(q.Reply)), Duration: duration(q.Duration),
		}
	}
	return records
}

// readJSON reads the body of a request. It requires the content type, which an HTML form can't have. Programs that are not browsers may
// send that of a form, as curl does unless it is told otherwise.
func readJSON(r *http.Request, into any) error {
	return readBody(r, into, errors.New("the body is missing: it must be a JSON object"))
}

// readOptionalJSON is readJSON for a body that may be missing.
func readOptionalJSON(r *http.Request, into any) error {
	return readBody(r, into, nil)
}

// readBody reads the body of a request. It returns missing if there is none.
func readBody(r *http.Request, into any, missing error) error {
	if r.ContentLength == 0 {
		return missing
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if len(body) == 0 { // of a length that was not announced
		return missing
	}
	contentType := r.Header.Get("Content-Type")
	isBrowser := len(r.Header["Origin"]) > 0 || len(r.Header["Sec-Fetch-Site"]) > 0
	isCurl := contentType == "application/x-www-form-urlencoded" && !isBrowser
	if !isCurl && (!isJSON(contentType) || contentType == "") {
		return errors.New("the Content-Type must be application/json")
	}
	return decodeStrictly(bytes.NewReader(body), into)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(encode(v))
}

func writeError(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, json.RawMessage(refuse(status, err.Error()).documentedBody()))
}

// check refuses an operation that is not valid.
func (o Operation) check() error {
	switch {
	case o == "":
		return fmt.Errorf("operation is missing; %q stands for every operation", Any)
	case !o.Valid():
		return fmt.Errorf("there is no operation %q", o)
	}
	return nil
}
