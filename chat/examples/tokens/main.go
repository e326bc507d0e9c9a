// Command tokens is a token endpoint with its front end: people sign in, and the official JavaScript client gets chat tokens from this server.
// README.md of the examples says how to run it. It listens on TOKENS_ADDRESS, by default 127.0.0.1:8080.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

//go:embed web/index.html web/*.js
var web embed.FS

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "tokens:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	identities, err := identity.NewClientFromConnectionString(os.Getenv("AZURE_COMMUNICATION_CONNECTION_STRING"), nil)
	if err != nil {
		return err
	}
	handler, err := newHandler(newPeople(identities, slog.New(slog.NewTextHandler(os.Stderr, nil))))
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(os.Getenv("TOKENS_ADDRESS"), "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "tokens: http://localhost:%d\n", listener.Addr().(*net.TCPAddr).Port)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}

// newHandler serves the pages, the sign-in and the token endpoint. Requests from pages of other sites are refused, so that no other site can
// get a token with the cookie of a person.
func newHandler(p *people) (http.Handler, error) {
	tokens, err := p.identities.TokenHandler(p.user, []identity.Scope{identity.ScopeChat}, &identity.TokenHandlerOptions{
		Lifetime: time.Hour, // a page gets another one when it expires
		Logger:   p.logger,
	})
	if err != nil {
		return nil, err
	}
	pages, err := fs.Sub(web, "web")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(pages))
	mux.HandleFunc("POST /sign-in", p.signIn)
	mux.Handle("/token", tokens)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

const sessionCookie = "session"

// people are those who use the application, with their chat users. A program of your own has them, the chat user of each, and its sessions in
// its database: the service cannot list the users of a resource.
type people struct {
	identities *identity.Client
	logger     *slog.Logger

	mu       sync.Mutex // guards users and sessions
	users    map[string]chat.CommunicationUser
	sessions map[string]string // names of people
}

func newPeople(identities *identity.Client, logger *slog.Logger) *people {
	return &people{identities: identities, logger: logger, users: make(map[string]chat.CommunicationUser), sessions: make(map[string]string)}
}

// signIn begins a session. It stands for the sign-in of your program, which asks for a proof.
func (p *people) signIn(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if name == "" {
		http.Error(w, "who are you?", http.StatusBadRequest)
		return
	}
	if err := p.enrol(r.Context(), name); err != nil {
		p.logger.ErrorContext(r.Context(), "no chat user", "error", err)
		http.Error(w, "chat is not available", http.StatusServiceUnavailable)
		return
	}
	id := rand.Text()
	p.mu.Lock()
	p.sessions[id] = name
	p.mu.Unlock()
	// Browsers treat http://localhost as secure, so that the cookie works there too.
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: true})
	w.WriteHeader(http.StatusNoContent)
}

// enrol creates the chat user of a person, once.
func (p *people) enrol(ctx context.Context, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.users[name]; ok {
		return nil
	}
	user, err := p.identities.CreateUser(ctx, nil)
	if err != nil {
		return err
	}
	p.users[name] = user
	return nil
}

// user returns the chat user of the person who is signed in.
func (p *people) user(r *http.Request) (chat.CommunicationUser, error) {
	cookie, err := r.Cookie(sessionCookie)
	if errors.Is(err, http.ErrNoCookie) {
		return chat.CommunicationUser{}, identity.ErrNotSignedIn
	}
	if err != nil {
		return chat.CommunicationUser{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	user, ok := p.users[p.sessions[cookie.Value]]
	if !ok {
		return chat.CommunicationUser{}, identity.ErrNotSignedIn
	}
	return user, nil
}
