package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

const schema = `CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, thread TEXT NOT NULL, item TEXT NOT NULL)`

// shop takes orders. An order is stored and its message is enqueued in one transaction.
type shop struct {
	db  *sql.DB
	box *outbox.Outbox[*sql.Tx]
	bot chat.CommunicationUser // sends the messages
	log *slog.Logger
}

// order is an order of a customer. Its ID is chosen by the customer's program, so that a repeated request is the same order.
type order struct {
	ID     string `json:"id"`
	Thread string `json:"thread"` // where the customer and the shop talk
	Item   string `json:"item"`
}

// status is what the shop knows of an order.
type status struct {
	order
	Message   outbox.State `json:"message"`
	MessageID string       `json:"messageId,omitempty"`
}

var errInvalid = errors.New("an order needs an id of up to 100 bytes, a thread and an item")

// newShop creates the tables.
func newShop(ctx context.Context, db *sql.DB, box *outbox.Outbox[*sql.Tx], bot chat.CommunicationUser, log *slog.Logger) (*shop, error) {
	if err := box.Migrate(ctx); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("create the table of orders: %w", err)
	}
	return &shop{db, box, bot, log}, nil
}

// workerOptions are those of the worker. It keeps messages that have failed, since find takes a message that is not in the outbox for a
// sent one.
func (s *shop) workerOptions() *outbox.Options {
	return &outbox.Options{KeepFailed: -1, Logger: s.log}
}

func (s *shop) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", s.create)
	mux.HandleFunc("GET /orders/{id}", s.show)
	return mux
}

// create answers 201 after the order is stored and its message enqueued; it is then sent, unless the service refuses it. With 400 neither
// is stored. With 500 it is not certain, and the request can be repeated.
func (s *shop) create(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&o); err != nil {
		http.Error(w, "the body is not an order", http.StatusBadRequest)
		return
	}
	switch added, err := s.place(r.Context(), o); {
	case errors.Is(err, errInvalid):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case err != nil:
		s.fail(w, r, err)
	case added:
		w.WriteHeader(http.StatusCreated)
	default: // a repeated request
		w.WriteHeader(http.StatusOK)
	}
}

// place stores an order and enqueues its message, or neither. added is false if the order is stored already.
func (s *shop) place(ctx context.Context, o order) (added bool, err error) {
	if o.ID == "" || len(o.ID) > 100 || o.Thread == "" || o.Item == "" {
		return false, errInvalid
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // without effect after the commit
	result, err := tx.ExecContext(ctx, `INSERT INTO orders (id, thread, item) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`, o.ID, o.Thread, o.Item)
	if err != nil {
		return false, fmt.Errorf("store order %s: %w", o.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if err := s.box.Enqueue(ctx, tx, s.confirmation(o)); err != nil {
		return false, fmt.Errorf("enqueue the message of order %s: %w", o.ID, err)
	}
	if err := tx.Commit(); err != nil {
		return false, fmt.Errorf("commit order %s: %w", o.ID, err)
	}
	return true, nil
}

// confirmation is the message of an order, whose key is that of the order.
func (s *shop) confirmation(o order) outbox.Message {
	return outbox.Message{
		User: s.bot, ThreadID: o.Thread, Key: "order " + o.ID, Content: "Order " + o.ID + ": " + o.Item + ". Thank you!",
		SendMessageOptions: chat.SendMessageOptions{SenderDisplayName: "Shop", Metadata: map[string]string{"order": o.ID}},
	}
}

func (s *shop) show(w http.ResponseWriter, r *http.Request) {
	found, err := s.find(r.Context(), r.PathValue("id"))
	if errors.Is(err, sql.ErrNoRows) {
		http.Error(w, "there is no such order", http.StatusNotFound)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(found) // an error means that the client has gone
}

func (s *shop) find(ctx context.Context, id string) (status, error) {
	found := status{order: order{ID: id}, Message: outbox.Sent}
	if err := s.db.QueryRowContext(ctx, `SELECT thread, item FROM orders WHERE id = $1`, id).Scan(&found.Thread, &found.Item); err != nil {
		return status{}, fmt.Errorf("read order %s: %w", id, err)
	}
	switch entry, err := s.box.Get(ctx, s.bot, found.Thread, s.confirmation(found.order).Key); {
	case errors.Is(err, outbox.ErrNotFound): // it was sent so long ago that the worker has deleted it
	case err != nil:
		return status{}, err
	default:
		found.Message, found.MessageID = entry.State, entry.MessageID
	}
	return found, nil
}

// fail answers 500. The client cannot know whether an order is stored, and repeats the request with the same id.
func (s *shop) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.log.ErrorContext(r.Context(), "request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	http.Error(w, "the order may not have been stored: repeat the request", http.StatusInternalServerError)
}
