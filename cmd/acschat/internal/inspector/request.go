package inspector

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// tokenVariable is the variable from which the tool, and the commands on the page, take a token.
const tokenVariable = "AZURE_COMMUNICATION_ACCESS_TOKEN" //nolint:gosec // the name of the variable

// detailView is all about a request.
type detailView struct {
	requestView

	IDs         []field // what support asks for
	User        userView
	Thread      threadLink
	Target      string
	Curl        string // "" if curl can't repeat the request
	Header      []field
	ReplyHeader []field
	Body        string
	Reply       string
}

// showRequest serves all about one request: a page, or only the part inside a row of the list with ?part.
func (p *page) showRequest(w http.ResponseWriter, r *http.Request) {
	requests := p.service.Requests()
	at := slices.IndexFunc(requests, func(q chattest.Request) bool { return requestKey(q) == r.PathValue("id") })
	if at < 0 {
		http.Error(w, "this request is not in the log any more", http.StatusNotFound)
		return
	}
	g := selectionOf(r)
	name := "request.html"
	if r.URL.Query().Has("part") {
		name = "request"
	}
	p.write(w, name, map[string]any{"Detail": p.viewDetail(g, requests[at]), "Back": g.link("requests")})
}

func (p *page) viewDetail(g selection, q chattest.Request) detailView {
	v := detailView{
		requestView: p.viewRequest(g, q, p.service.Now()), Target: p.whole(q.Target), Curl: p.curl(q),
		Header: p.viewHeader(q.Header), ReplyHeader: p.viewHeader(q.ReplyHeader), Body: p.indented(q.Body), Reply: p.indented(q.Reply),
	}
	for _, id := range requestIDs(q) {
		v.IDs = append(v.IDs, field{id.Name, p.whole(id.Value)})
	}
	if id := q.User.ID; id != "" {
		v.User = userView{ID: id, Own: ownPart(id), Href: g.narrowed(chosenUser, id).link("requests")}
	}
	if id := threadOf(q); id != "" {
		v.Thread = threadLink{ID: p.whole(id), Href: g.narrowed(chosenThread, id).link("requests")}
	}
	return v
}

// requestIDs returns what identifies a request to the client and to the service.
func requestIDs(q chattest.Request) (ids []field) {
	add := func(name string, h http.Header) {
		if value := h.Get(name); value != "" {
			ids = append(ids, field{name, value})
		}
	}
	add("x-ms-client-request-id", q.Header)
	for _, name := range []string{"request-id", "x-ms-request-id", "MS-CV", "X-Azure-Ref"} {
		add(name, q.ReplyHeader)
	}
	return ids
}

// viewHeader returns a header without secrets, in the order of its names.
func (p *page) viewHeader(h http.Header) (list []field) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			// The name tells a secret from another text.
			_, shown, _ := strings.Cut(p.whole(name+": "+value), ": ")
			list = append(list, field{p.whole(name), shown})
		}
	}
	return list
}

// indented returns a body without secrets, with indentation if it is JSON.
func (p *page) indented(body []byte) string {
	text := p.whole(string(body))
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}

// curl returns the command that repeats a request. The record has no token: the command takes it from a variable. It returns "" for
// requests of other APIs than chat, which are signed.
func (p *page) curl(q chattest.Request) string {
	if !strings.HasPrefix(q.Path, "/chat/") {
		return ""
	}
	var b strings.Builder
	b.WriteString("curl -i")
	if q.Method != http.MethodGet {
		b.WriteString(" -X " + shellQuoted(p.whole(q.Method)))
	}
	b.WriteString(" " + shellQuoted(p.service.Endpoint()+p.whole(q.Target)))
	if p.caFile != "" {
		b.WriteString(" \\\n  --cacert " + shellQuoted(p.caFile))
	}
	b.WriteString(" \\\n  -H \"Authorization: Bearer $" + tokenVariable + "\"")
	for _, h := range p.viewHeader(q.Header) {
		if name := strings.ToLower(h.Name); name == "content-type" || name == "accept" ||
			strings.HasPrefix(name, "x-ms-") || strings.HasPrefix(name, "repeatability-") {
			b.WriteString(" \\\n  -H " + shellQuoted(h.Name+": "+h.Value))
		}
	}
	if len(q.Body) > 0 {
		b.WriteString(" \\\n  --data-raw " + shellQuoted(p.whole(string(q.Body))))
	}
	return b.String()
}

// shellQuoted quotes a text for a POSIX shell, byte for byte.
func shellQuoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
