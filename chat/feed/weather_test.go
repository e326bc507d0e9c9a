package feed_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// weather is between replicas and the service: slow, throttled now and then, with answers that are lost, outages, and messages that appear late
// in listings.
type weather struct {
	service *chattest.Service

	mu        sync.Mutex // guards what follows
	random    *rand.Rand
	outage    bool
	calls     int
	throttled int
	lost      int
	late      map[string]lateMessage  // by id
	starts    map[string][]modelRead  // of listings of a thread, in their order
	reads     map[readKey][]modelRead // of a version, one for each replica in turn
}

// lateMessage is a message that listings do not show yet.
type lateMessage struct {
	thread string
	until  time.Time
}

// readKey is a version of a message in a thread.
type readKey struct {
	thread  string
	version modelVersion
}

// modelRead is a page that a replica has received.
type modelRead struct {
	at time.Time
	by *modelReplica
}

// transport is the weather of a replica.
type transport struct {
	*weather
	replica *modelReplica
}

// Do implements policy.Transporter.
func (w *transport) Do(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.calls++
	luck, delay, outage := w.random.IntN(1000), time.Duration(30+w.random.IntN(300))*time.Millisecond, w.outage
	switch {
	case outage:
	case luck < 10:
		w.throttled++
	case luck < 20:
		w.lost++
	}
	w.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	switch {
	case outage:
		return answer(req, http.StatusServiceUnavailable), nil
	case luck < 10:
		return answer(req, http.StatusTooManyRequests), nil
	case luck < 20:
		return nil, io.ErrUnexpectedEOF
	}
	resp, err := w.service.Transport().Do(req)
	thread, isList := strings.CutSuffix(strings.TrimPrefix(req.URL.Path, "/chat/threads/"), "/messages")
	if err != nil || !isList || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	if w.isLate(thread) {
		err = hideFrom(resp, w.isHidden)
	}
	if err == nil {
		err = w.noteRead(thread, resp, !req.URL.Query().Has("syncState"), w.replica)
	}
	return resp, err
}

// noteRead notes what a page shows.
func (w *weather) noteRead(thread string, resp *http.Response, start bool, by *modelReplica) error {
	var page struct{ Value []chat.Message }
	if err := runtime.UnmarshalAsJSON(resp, &page); err != nil { // which leaves the body to be read
		return err
	}
	read := modelRead{time.Now(), by}
	w.mu.Lock()
	defer w.mu.Unlock()
	if start {
		w.starts[thread] = append(w.starts[thread], read)
	}
	for _, m := range page.Value {
		key := readKey{thread, versionOf(m)}
		if before := w.reads[key]; len(before) == 0 || before[len(before)-1].by != by {
			w.reads[key] = append(before, read)
		}
	}
	return nil
}

// hide hides a message from listings until a time.
func (w *weather) hide(thread, id string, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late[id] = lateMessage{thread, until}
}

// isLate reports whether a thread has messages that listings do not show yet.
func (w *weather) isLate(thread string) (late bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, m := range w.late {
		if !time.Now().Before(m.until) {
			delete(w.late, id)
			continue
		}
		late = late || m.thread == thread
	}
	return late
}

func (w *weather) isHidden(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Before(w.late[id].until)
}

func (w *weather) setOutage(outage bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outage = outage
}

func answer(req *http.Request, status int) *http.Response {
	const body = `{"error":{"code":"Busy","message":"Busy."}}`
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}
