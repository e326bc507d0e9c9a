// Package inspector serves a page about an emulated chat service to a browser on the same machine: users, threads, messages as they
// arrive, the latest requests, faults and the clock. The page works without JavaScript, and is updated live with it.
package inspector

import (
	"crypto/rand"
	"hash/maphash"
	"html/template"
	"net/http"
	"strconv"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// prefix is the prefix of the paths of the page, besides "/". No operation of the service uses it.
const prefix = "/_inspector/"

// Inspector is the page of one service. Its methods may be called concurrently.
type Inspector struct {
	// AllowRemote shows the page to other machines, too: behind a mapped port of a container, every browser is on another machine. Set it
	// before the first request.
	AllowRemote bool

	template    *template.Template
	process     string // lets open pages detect a restart
	seed        maphash.Seed
	csrf        string // proves that a form is from a page of this process
	changes     broadcast
	streamSlots chan struct{} // one per open stream
	ending      <-chan struct{}
}

// New returns an inspector. When ending is closed, streams to open pages end, so that a shutdown need not wait for them. A nil
// channel never ends them.
func New(ending <-chan struct{}) *Inspector {
	return &Inspector{
		template:    template.Must(template.New("").Funcs(template.FuncMap{"count": count, "asset": assetURL}).ParseFS(assets, "assets/*.html")),
		process:     rand.Text(),
		seed:        maphash.MakeSeed(),
		csrf:        rand.Text(),
		streamSlots: make(chan struct{}, maxStreams),
		ending:      ending,
	}
}

// fingerprint identifies what a part shows, as far as this process lives.
func (i *Inspector) fingerprint(html string) string {
	return strconv.FormatUint(maphash.String(i.seed, html), 36)
}

// Observe updates open pages. It is for [chattest.Options].OnRequest, and does not block.
func (i *Inspector) Observe(chattest.Request) {
	i.changes.ring()
}

// ObserveDelivery updates open pages. It is for [chattest.Options].OnDelivery, and does not block.
func (i *Inspector) ObserveDelivery(chattest.DeliveryAttempt) {
	i.changes.ring()
}

// Handler serves the page of the service, at "/" and below its prefix, and passes every other request to next. The page is for browsers on
// this machine, and with AllowRemote also on others, behind [chattest.Service.Guard]. It tells readers to trust the authority in caFile,
// if that is not "".
func (i *Inspector) Handler(s *chattest.Service, next http.Handler, caFile string) http.Handler {
	whole := newEraser(s)
	p := &page{Inspector: i, service: s, safe: whole.clipped(), whole: whole, caFile: caFile}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET "+prefix+"events", p.stream)
	mux.HandleFunc("GET "+prefix+"requests/{id}", p.showRequest)
	mux.HandleFunc("POST "+prefix+"faults", p.switchOn)
	mux.HandleFunc("POST "+prefix+"faults/off", p.switchOff)
	mux.HandleFunc("POST "+prefix+"clock", p.moveClock)
	mux.HandleFunc("POST "+prefix+"users", p.createUser)
	mux.HandleFunc("POST "+prefix+"token", p.issueToken)
	mux.HandleFunc("POST "+prefix+"messages", p.sendMessage)
	mux.HandleFunc("POST "+prefix+"deliveries", p.redeliver)
	mux.HandleFunc("POST "+prefix+"webhooks", p.validateWebhook)
	mux.HandleFunc("POST "+prefix+"reset", p.reset)
	mux.HandleFunc("POST "+prefix+"snapshot", p.takeSnapshot)
	mux.HandleFunc("POST "+prefix+"restore", p.restoreSnapshot)
	for _, name := range assetNames() {
		mux.HandleFunc("GET "+prefix+name, serveAsset(name))
	}
	own := withSecurityHeaders(i.loopbackOnly(s.Guard(p.checkForms(mux))))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isPage(r) {
			own.ServeHTTP(w, r)
		} else {
			next.ServeHTTP(w, r)
			if r.Method != http.MethodGet { // also of an administrator, which is not observed
				i.changes.ring()
			}
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

// page is the inspector of one service.
type page struct {
	*Inspector

	service *chattest.Service
	safe    eraser // for lists
	whole   eraser // for details
	caFile  string // "" if there is none
	kept    kept
}
