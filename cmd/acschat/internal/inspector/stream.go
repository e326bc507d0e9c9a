package inspector

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

const (
	// maxStreams is the most pages with live updates.
	maxStreams = 16
	// refreshInterval is how often a page is updated without a request, for the clock.
	refreshInterval = time.Second
	// lookInterval is how often everything is looked at without a request: a retention policy may have deleted a thread.
	lookInterval = 5 * time.Second
	// heartbeat is the longest silence of a stream, so that a lost connection is noticed.
	heartbeat = 15 * time.Second
	// writeTime is how long a browser may take to accept an event.
	writeTime = 10 * time.Second
	// minInterval is the least time between two updates.
	minInterval = 100 * time.Millisecond
)

// stream sends the parts of the page that have changed, until the browser disconnects or the emulator ends.
func (p *page) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case p.streamSlots <- struct{}{}:
		defer func() { <-p.streamSlots }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s := &stream{w: w, control: http.NewResponseController(w), sent: partsOf(r)}
	s.waiting.WriteString("id: 1\n") // a browser that connects again sends it
	s.event("process", p.process)
	ticker := time.NewTicker(refreshInterval)
	defer ticker.Stop()
	g, idle, looked := selectionOf(r), false, time.Time{}
	for s.err == nil {
		changed, began := p.changes.next(), time.Now()
		if idle && began.Sub(looked) < lookInterval {
			p.tell(s, p.glance(g))
		} else {
			p.tell(s, p.look(g))
			looked = began
		}
		s.flush(time.Now())
		// A large page uses at most a fifth of a processor.
		pause := time.NewTimer(max(minInterval, 4*time.Since(began)))
		select {
		case <-pause.C:
		case <-r.Context().Done():
			pause.Stop()
			return
		case <-p.ending:
			pause.Stop()
			return
		}
		select {
		case <-changed:
		case <-ticker.C:
		case <-r.Context().Done():
			return
		case <-p.ending:
			return
		}
		select {
		case <-changed:
			idle = false
		default:
			idle = true
		}
	}
}

// partsShown is the parameter of the stream that has the fingerprints of the parts of a page as it was loaded.
const partsShown = "shown"

// partsOf returns the fingerprints of what the page shows, which need not be sent. They are unknown for a page that connects again.
func partsOf(r *http.Request) map[string]string {
	shown := map[string]string{}
	values := strings.Split(r.URL.Query().Get(partsShown), ".")
	if names := parts(); r.Header.Get("Last-Event-ID") == "" && len(values) == len(names) {
		for i, name := range names {
			shown[name] = values[i]
		}
	}
	return shown
}

// tell writes the parts that have changed since the stream last sent them.
func (p *page) tell(s *stream, seen map[string]any) {
	for _, name := range parts() {
		data, ok := seen[name]
		if !ok {
			continue
		}
		html, err := p.render(name, data)
		if err != nil {
			s.err = err
			return
		}
		if shown := p.fingerprint(html); s.sent[name] != shown {
			s.sent[name] = shown
			s.event(name, html)
		}
	}
}

// stream writes the events of one page.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    map[string]string // part → the fingerprint of what the page shows
	waiting bytes.Buffer
	last    time.Time // of a flush that sent something
	err     error     // the first error, which ends the stream
}

// event adds an event. The data may have several lines.
func (s *stream) event(name, data string) {
	s.waiting.WriteString("event: " + name + "\n")
	if data == "" {
		s.waiting.WriteString("data:\n") // without a line of data an event is dropped
	}
	for line := range strings.Lines(data) {
		s.waiting.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
	}
	s.waiting.WriteString("\n")
}

// flush sends pending events, or a comment if the heartbeat is due.
func (s *stream) flush(now time.Time) {
	if s.waiting.Len() == 0 && now.Sub(s.last) < heartbeat {
		return
	}
	if s.waiting.Len() == 0 {
		s.waiting.WriteString(": still here\n\n")
	}
	_ = s.control.SetWriteDeadline(now.Add(writeTime)) // if the connection supports it
	if _, err := s.waiting.WriteTo(s.w); err != nil && s.err == nil {
		s.err = err
	}
	if err := s.control.Flush(); err != nil && s.err == nil {
		s.err = err
	}
	_ = s.control.SetWriteDeadline(time.Time{}) // an expired deadline would end the stream
	s.last = now
}
