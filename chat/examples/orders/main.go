// Command orders is the HTTP server of a shop: an order is stored and its chat message is enqueued, or neither. The README of the examples
// says how to run it.
package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "orders:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	bot := chat.CommunicationUser{ID: os.Getenv("SHOP_USER")}
	if bot.ID == "" {
		return errors.New("set SHOP_USER to the id of the user that sends the messages")
	}
	limiter := limits.New(nil)
	identities, err := identity.NewClientFromConnectionString(os.Getenv("AZURE_COMMUNICATION_CONNECTION_STRING"), &identity.ClientOptions{Limiter: limiter})
	if err != nil {
		return err
	}
	fleet, err := chat.NewFleet(identities.Endpoint(), identities.MintFunc([]identity.Scope{identity.ScopeChat}, nil),
		&chat.FleetOptions{ClientOptions: chat.ClientOptions{Limiter: limiter}})
	if err != nil {
		return err
	}
	defer fleet.Close()
	db, box, err := open(cmp.Or(os.Getenv("DATABASE_URL"), "shop.db"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is pending
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := newShop(ctx, db, box, bot, log)
	if err != nil {
		return err
	}
	if err := box.RecordSent(ctx, limiter); err != nil { // what the process before this one has sent counts, too
		return err
	}
	worker, err := outbox.NewWorker(box, fleet, s.workerOptions())
	if err != nil {
		return err
	}
	return serve(ctx, &http.Server{Addr: "127.0.0.1:8080", Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}, worker.Run)
}

// open opens a Postgres database by its URL, or a SQLite database by the name of its file.
func open(source string) (*sql.DB, *outbox.Outbox[*sql.Tx], error) {
	driver, connect := "sqlite", outbox.NewSQLite
	switch scheme, _, isURL := strings.Cut(source, "://"); {
	case scheme == "postgres" || scheme == "postgresql":
		driver, connect = "pgx", outbox.NewDatabaseSQL
	case isURL:
		return nil, nil, fmt.Errorf("DATABASE_URL begins with %s:// instead of postgres://", scheme)
	default:
		source = "file:" + source + "?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, nil, err
	}
	box, err := connect(db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, box, nil
}

// serve serves and works until ctx ends or one of the two fails, and then waits for the requests and the messages in progress.
func serve(ctx context.Context, server *http.Server, work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	worked := make(chan error, 1)
	go func() {
		worked <- work(ctx)
		cancel()
	}()
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		stopped <- server.Shutdown(ending)
	})
	served := server.ListenAndServe()
	if errors.Is(served, http.ErrServerClosed) {
		served = nil
	}
	cancel()
	return errors.Join(served, <-worked, <-stopped)
}
