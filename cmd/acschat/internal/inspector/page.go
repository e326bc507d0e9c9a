package inspector

import (
	"bytes"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// frame is the part of the page that does not change while it is open.
type frame struct {
	Endpoint string
	Process  string
	CSRF     string
	Query    string
	Events   string // the URL of the stream
	Connect  string // the link that shows how programs connect
	Choices  faultChoices
	Statuses []statusChoice
	Scope    []chosen
	Filters  map[string]filter
	Parts    map[string]template.HTML
}

// parts lists the templates of the parts that change. Each is in an element with the same id.
func parts() []string {
	return []string{"clock", "state", "start", "threads", "users", "messages", "send", "requests", "faults", "snapshot", "connections", "events", "webhooks"}
}

// chosen is a thread or a user that narrows what is shown.
type chosen struct {
	Kind  string
	Name  string
	Clear string // the link without it
}

// filter is the form above a list.
type filter struct {
	Search    string
	Operation string
	Status    string
	Keep      []field // what the form must send along
	Clear     string  // the link without the filter, "" if nothing is filtered
}

// filters returns the forms by the part that they are for.
func filters(g selection) map[string]filter {
	of := func(part, from string, own ...string) filter {
		f := filter{Search: g.get(own[0]), Keep: g.without(append(own, from, connectShown)...).fields()}
		if cleared := g.without(append(own, from)...); len(cleared.values) < len(g.without(from).values) {
			f.Clear = cleared.link(part)
		}
		return f
	}
	requests := of("requests", requestsFrom, requestSearch, operationShown, statusShown)
	requests.Operation, requests.Status = g.get(operationShown), g.get(statusShown)
	return map[string]filter{
		"threads": of("threads", threadsFrom, threadSearch), "users": of("users", usersFrom, userSearch),
		"messages": of("messages", messagesFrom, messageSearch), "requests": requests,
	}
}

// scope returns what narrows messages and requests.
func (p *page) scope(g selection, threads []chat.ThreadItem) (narrowed []chosen) {
	if id := g.get(chosenThread); id != "" {
		topic := p.safe(id)
		if at := slices.IndexFunc(threads, func(t chat.ThreadItem) bool { return t.ID == id }); at >= 0 && threads[at].Topic != "" {
			topic = p.safe(threads[at].Topic)
		}
		narrowed = append(narrowed, chosen{"Thread", topic, g.narrowed(chosenThread, "").link("messages")})
	}
	if id := g.get(chosenUser); id != "" {
		narrowed = append(narrowed, chosen{"User", p.safe(ownPart(id)), g.narrowed(chosenUser, "").link("users")})
	}
	return narrowed
}

// show serves the page.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	g := selectionOf(r)
	look := p.look(g)
	rendered, shown := map[string]template.HTML{}, []string{}
	for _, name := range parts() {
		html, err := p.render(name, look[name])
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		rendered[name] = template.HTML(html) //nolint:gosec // a template has escaped it
		shown = append(shown, p.fingerprint(html))
	}
	query := maps.Clone(g.values)
	query.Set(partsShown, strings.Join(shown, "."))
	p.write(w, "page.html", frame{
		Endpoint: p.service.Endpoint(), Process: p.process, CSRF: p.csrf, Query: g.Query(), Choices: choicesOfFaults(),
		Connect:  g.with(connectShown, "yes").link("start"),
		Statuses: statusChoices(), Scope: p.scope(g, p.service.ThreadItems()), Filters: filters(g), Parts: rendered,
		Events: prefix + "events?" + query.Encode(),
	})
}

// write sends a page, or the error of its template.
func (p *page) write(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := p.template.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w)
}

// look collects the data of the parts.
func (p *page) look(g selection) map[string]any {
	requests := p.service.Requests()
	threads := p.service.ThreadItems()
	current := g.get(chosenThread)
	if current == "" {
		current = lastWritten(threads, requests)
	}
	users := p.service.Users()
	messages := p.viewMessages(g, threads, current)
	seen := p.glance(g)
	maps.Copy(seen, map[string]any{
		"start":    p.viewStart(g, threads, users, requests),
		"threads":  p.viewThreads(g, threads, current),
		"users":    p.viewUsers(g, users),
		"messages": messages,
		"send":     p.viewSend(g, messages.Thread),
		"requests": p.viewRequests(g, requests),
		"events":   p.viewEvents(g),
		"webhooks": p.viewWebhooks(g),
	})
	return seen
}

// glance collects what the parts show that may change without a request, and cost little.
func (p *page) glance(g selection) map[string]any {
	faults := p.viewFaults(g)
	return map[string]any{"clock": p.viewClock(), "state": faults, "faults": faults, "snapshot": p.viewSnapshot(g), "connections": p.viewConnections(g)}
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
