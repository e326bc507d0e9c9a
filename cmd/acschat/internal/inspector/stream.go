package inspector

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

const (
	// maxStreams is how many pages are live at once. Others stay as they were loaded.
	maxStreams = 16
	// pulse is how often a page looks again at what no request tells of, such as the clock.
	pulse = time.Second
	// heartbeat is how long a stream is silent at most, so that one that nobody reads any more is noticed.
	heartbeat = 15 * time.Second
	// writeTime is how long a browser may take to accept an event.
	writeTime = 10 * time.Second
	// breath is the least time from one look to the next, however much goes on.
	breath = 100 * time.Millisecond
)

// stream sends the parts of the page that change, when they do, until the browser goes or the emulator ends.
func (p *page) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case p.seats <- struct{}{}:
		defer func() { <-p.seats }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s := &stream{w: w, control: http.NewResponseController(w), sent: map[string]string{}}
	s.event("process", p.process)
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for s.err == nil {
		changed, began := p.changes.next(), time.Now()
		p.tell(s, gazeOf(r))
		s.flush(time.Now())
		// A page with much on it takes a fifth of a processor at most.
		pause := time.NewTimer(max(breath, 4*time.Since(began)))
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
	}
}

// tell writes the parts that are not as they were when the stream told of them last.
func (p *page) tell(s *stream, g gaze) {
	look := p.look(g)
	for _, name := range parts() {
		html, err := p.render(name, look[name])
		if err != nil {
			s.err = err
			return
		}
		if s.sent[name] != html {
			s.sent[name] = html
			s.event(name, html)
		}
	}
}

// stream is the events that one page gets.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    map[string]string // part → as it was last sent
	waiting bytes.Buffer
	last    time.Time // of a flush that sent something
	err     error     // the first one, which ends the stream
}

// event adds an event with data of any number of lines.
func (s *stream) event(name, data string) {
	s.waiting.WriteString("event: " + name + "\n")
	for line := range strings.Lines(data) {
		s.waiting.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
	}
	s.waiting.WriteString("\n")
}

// flush sends what is waiting, or a sign of life when there was none for long.
func (s *stream) flush(now time.Time) {
	if s.waiting.Len() == 0 && now.Sub(s.last) < heartbeat {
		return
	}
	if s.waiting.Len() == 0 {
		s.waiting.WriteString(": still here\n\n")
	}
	_ = s.control.SetWriteDeadline(now.Add(writeTime)) // where there is a connection to have one
	if _, err := s.waiting.WriteTo(s.w); err != nil && s.err == nil {
		s.err = err
	}
	if err := s.control.Flush(); err != nil && s.err == nil {
		s.err = err
	}
	_ = s.control.SetWriteDeadline(time.Time{}) // one that passes in silence would end the stream too
	s.last = now
}
