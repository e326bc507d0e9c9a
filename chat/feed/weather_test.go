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

// weather is a transport between replicas and the service: slow, throttled now and then, with answers that are lost, and with outages.
type weather struct {
	service *chattest.Service

	mu        sync.Mutex // guards what follows
	random    *rand.Rand
	outage    bool
	calls     int
	throttled int
	lost      int
}

// Do implements policy.Transporter.
func (w *weather) Do(req *http.Request) (*http.Response, error) {
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
	return w.service.Transport().Do(req)
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
