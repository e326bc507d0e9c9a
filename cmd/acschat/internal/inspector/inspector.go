// Package inspector shows what goes on in an emulated chat service on a page for the person at the machine: users, threads,
// messages as they happen, the last requests, and faults and a clock to play with. The page needs no script, and is live with one.
package inspector

import (
	"crypto/rand"
	"embed"
	"html/template"
	"net/http"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

//go:embed assets
var assets embed.FS

// prefix is what the paths of the page begin with, besides "/". No operation of the service has it.
const prefix = "/_inspector/"

// Inspector is the page of one service. Its methods may be called concurrently.
type Inspector struct {
	template *template.Template
	process  string // tells open pages that this is no longer the process they are of
	csrf     string // proves that a form was on a page of this process
	changes  bell
	seats    chan struct{} // one for each open stream
	ending   <-chan struct{}
}

// New makes an inspector. Open pages are let go when ending is closed, so that nobody has to wait for them; nil is never.
func New(ending <-chan struct{}) *Inspector {
	return &Inspector{
		template: template.Must(template.ParseFS(assets, "assets/*.html")),
		process:  rand.Text(),
		csrf:     rand.Text(),
		seats:    make(chan struct{}, maxStreams),
		ending:   ending,
	}
}

// Observe has open pages look again. It is for [chattest.Options].OnRequest, and takes no time.
func (i *Inspector) Observe(chattest.Request) {
	i.changes.ring()
}

// Handler answers what is for the page of the service, a GET of "/" above all, and leaves every other request to next.
// The page is for browsers on this machine: see [chattest.Service.Guard], which it is under.
func (i *Inspector) Handler(s *chattest.Service, next http.Handler) http.Handler {
	p := &page{Inspector: i, service: s, safe: newEraser(s)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET "+prefix+"events", p.stream)
	mux.HandleFunc("POST "+prefix+"faults", p.switchOn)
	mux.HandleFunc("POST "+prefix+"faults/off", p.switchOff)
	mux.HandleFunc("POST "+prefix+"clock", p.moveClock)
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		mux.HandleFunc("GET "+prefix+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
	own := withHeaders(onThisMachine(s.Guard(p.checkForms(mux))))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isPage(r) {
			own.ServeHTTP(w, r)
		} else {
			next.ServeHTTP(w, r)
		}
	})
}

// isPage reports whether a request is for the page.
func isPage(r *http.Request) bool {
	if r.URL.Path == "/" {
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	return len(r.URL.Path) >= len(prefix) && r.URL.Path[:len(prefix)] == prefix
}

// page is the inspector before one service.
type page struct {
	*Inspector

	service *chattest.Service
	safe    eraser
}
