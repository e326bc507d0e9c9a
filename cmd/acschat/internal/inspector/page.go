package inspector

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// gaze is what somebody looks at, as the query of the page says.
type gaze struct {
	thread string // empty: the one that was last written to
	failed bool   // failed requests alone
}

func gazeOf(r *http.Request) gaze {
	query := r.URL.Query()
	return gaze{thread: query.Get("thread"), failed: query.Has("failed")}
}

// Query is the gaze as a part of a link, with its question mark.
func (g gaze) Query() string {
	query := url.Values{}
	if g.thread != "" {
		query.Set("thread", g.thread)
	}
	if g.failed {
		query.Set("failed", "")
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// frame is the part of the page that stays as it is while it is open.
type frame struct {
	Endpoint string
	Process  string
	CSRF     string
	Query    string
	Choices  faultChoices
	Parts    map[string]any
}

// parts lists the templates of what changes while the page is open. Each is in an element of the same id.
func parts() []string {
	return []string{"clock", "threads", "users", "messages", "requests", "faults"}
}

// show answers with the page as it is now.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	g := gazeOf(r)
	var b bytes.Buffer
	err := p.template.ExecuteTemplate(&b, "page.html", frame{
		Endpoint: p.service.Endpoint(), Process: p.process, CSRF: p.csrf, Query: g.Query(), Choices: choicesOfFaults(), Parts: p.look(g),
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w)
}

// look collects what the parts show.
func (p *page) look(g gaze) map[string]any {
	requests := p.service.Requests()
	threads := p.service.Threads()
	users := p.service.Users()
	thread := p.lookAtThread(g, threads, requests)
	return map[string]any{
		"clock":    p.lookAtClock(),
		"threads":  p.lookAtThreads(g, threads, thread.ID),
		"users":    p.lookAtUsers(users),
		"messages": thread,
		"requests": p.lookAtRequests(g, requests),
		"faults":   p.lookAtFaults(g),
	}
}

// render writes one part.
func (p *page) render(name string, data any) (string, error) {
	var b strings.Builder
	err := p.template.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

// moment is a point in time for people and for machines: the day is left out when it is today.
type moment struct {
	Text    string
	Machine string
}

func momentOf(t, now time.Time, layout string) moment {
	t = t.UTC()
	if t.Format(time.DateOnly) != now.UTC().Format(time.DateOnly) {
		layout = time.DateOnly + " " + layout
	}
	return moment{t.Format(layout), t.Format(time.RFC3339Nano)}
}
