package feed_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

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
	late      map[string]lateMessage // by id
	reads     map[string][]modelRead // of the start of the listing of a thread, in their order
}

// lateMessage is a message that listings do not show yet.
type lateMessage struct {
	thread string
	until  time.Time
}

// modelRead is a read that a replica has received.
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
	if !req.URL.Query().Has("syncState") {
		w.noteRead(thread, w.replica)
	}
	if w.isLate(thread) {
		err = hideFrom(resp, w.isHidden)
	}
	return resp, err
}

func (w *weather) noteRead(thread string, by *modelReplica) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reads[thread] = append(w.reads[thread], modelRead{time.Now(), by})
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
