package inspector

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trust"
)

// The parameters of the page's query. Each part of the page has a search and a position of its own; a thread or a user, once chosen,
// narrows messages and requests alike.
const (
	chosenThread   = "thread" // "": the one with the latest message
	chosenUser     = "user"
	threadSearch   = "tq"
	threadsFrom    = "tfrom"
	userSearch     = "uq"
	usersFrom      = "ufrom"
	messageSearch  = "mq"
	messagesFrom   = "mfrom"
	requestSearch  = "q"
	requestsFrom   = "from"
	operationShown = "operation"
	statusShown    = "status"
	connectShown   = "connect" // how programs connect
)

// parameters lists them in the order of links.
func parameters() []string {
	return []string{
		chosenThread, chosenUser, threadSearch, threadsFrom, userSearch, usersFrom, messageSearch, messagesFrom, requestSearch, requestsFrom,
		operationShown, statusShown, connectShown,
	}
}

// selection is what a page shows, as its query says. It is immutable.
type selection struct {
	values url.Values // only parameters of the page that are not empty
	reader trust.Reader
}

// readerOf returns who looks at the page, as the browser says: it may run on another system than the emulator.
func readerOf(r *http.Request) trust.Reader {
	system, browser := "linux", r.UserAgent()
	switch {
	case strings.Contains(browser, "Windows"):
		system = "windows"
	case strings.Contains(browser, "Macintosh"):
		system = "darwin"
	}
	return trust.Reader{System: system, Shell: shell.Of(system)}
}

func selectionOf(r *http.Request) selection {
	g := selection{url.Values{}, readerOf(r)}
	query := r.URL.Query()
	for _, name := range parameters() {
		if value := query.Get(name); value != "" {
			g.values.Set(name, value)
		}
	}
	return g
}

func (g selection) get(name string) string { return g.values.Get(name) }

// with returns a selection in which a parameter has a value. An empty value removes it.
func (g selection) with(name, value string) selection {
	next := g.without(name)
	if value != "" {
		next.values.Set(name, value)
	}
	return next
}

// without returns a selection without some parameters.
func (g selection) without(names ...string) selection {
	next := selection{url.Values{}, g.reader}
	for name, values := range g.values {
		if !slices.Contains(names, name) {
			next.values[name] = values
		}
	}
	return next
}

// narrowed chooses a thread or a user, or none if value is empty. Lists then begin with their latest row.
func (g selection) narrowed(name, value string) selection {
	return g.without(messagesFrom, requestsFrom, connectShown).with(name, value)
}

// Query returns the query of a link, with the question mark.
func (g selection) Query() string {
	if len(g.values) == 0 {
		return ""
	}
	return "?" + g.values.Encode()
}

// link is a link to the page, at one of its parts.
func (g selection) link(part string) string {
	return "/" + g.Query() + "#" + part + "-heading"
}

// field is a hidden field of a form.
type field struct{ Name, Value string }

// fields are what a form must send along to keep the selection.
func (g selection) fields() (hidden []field) {
	for _, name := range parameters() {
		if value := g.get(name); value != "" {
			hidden = append(hidden, field{name, value})
		}
	}
	return hidden
}
