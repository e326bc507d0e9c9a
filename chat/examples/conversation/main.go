// Command conversation is the part of a backend that opens a conversation between a customer and an agent about an order, once, whatever
// fails. See the README beside it for how to run it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/limits"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "conversation:", err)
		os.Exit(1)
	}
}

func run() error {
	desk, agent := chat.CommunicationUser{ID: os.Getenv("DESK_USER")}, chat.CommunicationUser{ID: os.Getenv("AGENT_USER")}
	if desk.ID == "" || agent.ID == "" {
		return errors.New("set DESK_USER and AGENT_USER to the ids of two users")
	}
	identities, err := identity.NewClientFromConnectionString(os.Getenv("AZURE_COMMUNICATION_CONNECTION_STRING"), nil)
	if err != nil {
		return err
	}
	fleet, err := chat.NewFleet(identities.Endpoint(), identities.MintFunc([]identity.Scope{identity.ScopeChat}, nil), &chat.FleetOptions{
		ClientOptions: chat.ClientOptions{Limiter: limits.New(nil)},
	})
	if err != nil {
		return err
	}
	defer func() { _ = fleet.Close() }()
	c := &conversations{fleet: fleet, desk: desk, table: &memory{threads: make(map[string]string)}}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: newHandler(c, agent, slog.New(slog.NewTextHandler(os.Stderr, nil))), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

// newHandler answers POST /orders/{order}/conversation?customer=8:acs:…; a program of your own takes the customer from the session.
func newHandler(c *conversations, agent chat.CommunicationUser, logger *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders/{order}/conversation", func(w http.ResponseWriter, r *http.Request) {
		customer := chat.CommunicationUser{ID: r.FormValue("customer")}
		id, err := c.open(r.Context(), r.PathValue("order"),
			chat.Participant{Identifier: customer, DisplayName: "Customer"}, chat.Participant{Identifier: agent, DisplayName: "Agent"})
		switch _, isArgument := errors.AsType[*chat.ArgumentError](err); {
		case err == nil:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{"thread": id})
		case isArgument, errors.Is(err, errRefused), errors.Is(err, chat.ErrBadRequest), errors.Is(err, chat.ErrForbidden):
			http.Error(w, "this conversation is not possible", http.StatusUnprocessableEntity)
		default:
			w.Header().Set("Retry-After", "5")
			http.Error(w, "try again: nothing is opened twice", http.StatusServiceUnavailable)
		}
		if err != nil {
			logger.ErrorContext(r.Context(), "no conversation", "error", err)
		}
	})
	return mux
}

// memory is a table that is lost with the process.
type memory struct {
	mu      sync.Mutex // guards threads
	threads map[string]string
}

func (m *memory) Thread(_ context.Context, order string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.threads[order], nil
}

func (m *memory) SetThread(_ context.Context, order, threadID string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.threads[order] = threadID
	return nil
}
