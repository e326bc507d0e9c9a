package inspector

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// selection is the part of the service that a page shows, as its query says.
type selection struct {
	thread string // "": the one with the latest message
	failed bool   // only failed requests
}

func selectionOf(r *http.Request) selection {
	query := r.URL.Query()
	return selection{thread: query.Get("thread"), failed: query.Has("failed")}
}

// Query returns the query of a link, with the question mark.
func (g selection) Query() string {
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

// frame is the part of the page that does not change while it is open.
type frame struct {
	Endpoint string
	Process  string
	CSRF     string
	Query    string
	Choices  faultChoices
	Parts    map[string]any
}

// parts lists the templates of the parts that change. Each is in an element with the same id.
func parts() []string {
	return []string{"clock", "threads", "users", "messages", "requests", "faults"}
}

// show serves the page.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	g := selectionOf(r)
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

// look collects the data of the parts.
func (p *page) look(g selection) map[string]any {
	requests := p.service.Requests()
	threads := p.service.Threads()
	users := p.service.Users()
	thread := p.viewThread(g, threads, requests)
	return map[string]any{
		"clock":    p.viewClock(),
		"threads":  p.viewThreads(g, threads, thread.ID),
		"users":    p.viewUsers(users),
		"messages": thread,
		"requests": p.viewRequests(g, requests),
		"faults":   p.viewFaults(g),
	}
}

// render renders one part.
func (p *page) render(name string, data any) (string, error) {
	var b strings.Builder
	err := p.template.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

// moment is a time for people and for programs. The date is omitted if it is today.
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
