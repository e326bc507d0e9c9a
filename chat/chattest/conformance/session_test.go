//go:build conformance

package conformance_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// session is a page with the official client, from an origin of its own, and the users who have joined.
type session struct {
	ctx        context.Context // of the spec
	emulator   *emulator
	identities *identity.Client
	page       context.Context // of the tab
	people     map[string]*person
	markers    []string // the threads of settle

	mu     sync.Mutex // guards tokens
	tokens map[string]func() (string, error)
}

// person is a user who listens twice: with the official client in the page, and with ours.
type person struct {
	session  *session
	name     string
	user     chat.CommunicationUser
	client   *chat.Client
	listener *realtime.Listener

	mu   sync.Mutex // guards ours
	ours []events.Event
}

// maxSession is how long a session may take; it takes seconds.
const maxSession = time.Minute

// openSession opens the page. It closes with the spec.
func openSession(b *browser, e *emulator) *session {
	GinkgoHelper()
	ctx, end := context.WithTimeout(context.Background(), maxSession)
	s := &session{ctx: ctx, emulator: e, people: map[string]*person{}, tokens: map[string]func() (string, error){}}
	options := &identity.ClientOptions{}
	options.Transport = e.client
	var err error
	s.identities, err = identity.NewClientFromConnectionString(e.connectionString, options)
	Expect(err).NotTo(HaveOccurred())

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!DOCTYPE html><title>chat</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`)
	})
	mux.HandleFunc("GET /page.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(b.bundle)
	})
	mux.HandleFunc("GET /token", s.serveToken)
	server := httptest.NewServer(mux)
	page, cancel := chromedp.NewContext(b.ctx)
	context.AfterFunc(ctx, cancel)
	s.page = page
	Expect(chromedp.Do(page, chromedp.Navigate(server.URL+"/"))).To(Succeed())
	DeferCleanup(func() {
		_, err := evaluate[any](s, "leave()")
		for _, p := range s.people {
			p.listener.Close()
		}
		cancel()
		server.Close()
		end()
		Expect(err).NotTo(HaveOccurred())
	})
	return s
}

func (s *session) serveToken(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	token, err := s.tokens[r.FormValue("user")]()
	s.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, token)
}

// evaluate runs an expression on the page.
func evaluate[T any](s *session, format string, arguments ...any) (T, error) {
	return run[T](s.page, fmt.Sprintf(format, arguments...))
}

// join creates users who listen.
func (s *session) join(names ...string) {
	GinkgoHelper()
	for _, name := range names {
		s.joinAs(name, true)
	}
}

// joinAs creates a user whose page keeps the token, or asks for one each time that its client does.
func (s *session) joinAs(name string, keepsToken bool) *person {
	GinkgoHelper()
	user, err := s.identities.CreateUser(s.ctx, nil)
	Expect(err).NotTo(HaveOccurred())
	p := &person{session: s, name: name, user: user}
	s.mu.Lock()
	s.tokens[name] = func() (string, error) {
		token, err := s.identities.GetToken(s.ctx, user, []identity.Scope{identity.ScopeChat}, nil)
		return token.Token, err
	}
	s.mu.Unlock()
	Expect(evaluate[any](s, "join(%q, %q, %q, %t)", name, user.ID, s.emulator.endpoint(), keepsToken)).Error().NotTo(HaveOccurred())

	credential, err := s.identities.Credential(user, []identity.Scope{identity.ScopeChat}, nil)
	Expect(err).NotTo(HaveOccurred())
	options := &chat.ClientOptions{}
	options.Transport = s.emulator.client
	p.client, err = chat.NewClient(s.emulator.endpoint(), credential, options)
	Expect(err).NotTo(HaveOccurred())
	p.listener, err = realtime.Listen(s.ctx, p.client, nil)
	Expect(err).NotTo(HaveOccurred())
	go p.listen()
	s.people[name] = p
	return p
}

func (p *person) listen() {
	defer GinkgoRecover()
	for event, err := range p.listener.Events() {
		Expect(err).NotTo(HaveOccurred())
		p.mu.Lock()
		p.ours = append(p.ours, event)
		p.mu.Unlock()
	}
}

// act runs a call of a user's official client and returns the id of the thread or message that it has made.
func (s *session) act(name, call string) string {
	GinkgoHelper()
	made, err := evaluate[string](s, "act(%q, %s)", name, function(call))
	Expect(err).NotTo(HaveOccurred())
	return made
}

// read runs a call of Ann's official client and returns its result.
func read[T any](s *session, call string) T {
	GinkgoHelper()
	got, err := evaluate[T](s, "call(%q, %s)", "ann", function(call))
	Expect(err).NotTo(HaveOccurred())
	return got
}

// refusal is an error of the official client.
type refusal struct {
	Name       string
	StatusCode int
}

// refusal runs a call of Ann's official client that must fail.
func (s *session) refusal(call string) refusal {
	GinkgoHelper()
	r, err := evaluate[refusal](s, "refusal(%q, %s)", "ann", function(call))
	Expect(err).NotTo(HaveOccurred())
	return r
}

// function is a call as call in page.mjs takes it.
func function(call string) string {
	return "async ({ chat, thread, messageId, ann, bob, cy, dee }) => " + call
}

// official is what the page has from the official client of a user.
type official struct {
	Received        []received
	Connected, Lost int // how often
}

// received is an event of the official client.
type received struct {
	Kind         events.Kind
	ThreadID, ID string // ID is that of a message
	Event        string // in JSON
}

func (p *person) official() official {
	GinkgoHelper()
	o, err := evaluate[official](p.session, "receivedBy(%q)", p.name)
	Expect(err).NotTo(HaveOccurred())
	o.Received = slices.DeleteFunc(o.Received, func(r received) bool { return slices.Contains(p.session.markers, r.ThreadID) })
	return o
}

// receivedByOurs is what our client has yielded.
func (p *person) receivedByOurs() []events.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.ours), func(e events.Event) bool {
		return slices.Contains(p.session.markers, e.EventHeader().ThreadID)
	})
}

// settle waits until every client of every user has received all that it will: it creates a thread of all users, whose event comes last.
func (s *session) settle() {
	GinkgoHelper()
	var all []chat.Participant
	var writer *person
	for _, p := range s.people {
		all = append(all, chat.Participant{Identifier: p.user})
		writer = p
	}
	created, err := writer.client.CreateThread(s.ctx, "marker", &chat.CreateThreadOptions{Participants: all})
	Expect(err).NotTo(HaveOccurred())
	for _, p := range s.people {
		Eventually(s.ctx, func(g Gomega) {
			g.Expect(p.receivedByOurs()).To(ContainElement(HaveField("EventHeader().ThreadID", created.Thread.ID)), "our client of %s", p.name)
			g.Expect(p.official().Received).To(ContainElement(HaveField("ThreadID", created.Thread.ID)), "the official client of %s", p.name)
		}).Should(Succeed())
	}
	s.markers = append(s.markers, created.Thread.ID)
}
