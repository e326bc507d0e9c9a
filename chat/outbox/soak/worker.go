package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	_ "modernc.org/sqlite" // the driver

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

// workerVariable makes the program a worker: it contains a worker.
const workerVariable = "ACSCHAT_SOAK_WORKER"

// worker is what a process that sends needs.
type worker struct {
	Service     service
	Postgres    string `json:",omitzero"` // a URL, "" for SQLite
	SQLite      string `json:",omitzero"` // a file
	Redis       string `json:",omitzero"` // a URL, "" for a limiter in memory
	RedisPrefix string `json:",omitzero"`
	Threads     int
	Patience    time.Duration
	Lease       time.Duration
}

// work sends until the process is killed.
func work(ctx context.Context, given string) error {
	var w worker
	if err := json.Unmarshal([]byte(given), &w); err != nil {
		return err
	}
	if w.Postgres == "" {
		return w.workSQLite(ctx)
	}
	return w.workPostgres(ctx)
}

func (w *worker) workPostgres(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(w.Postgres)
	if err != nil {
		return err
	}
	config.MaxConns = int32(w.Threads) + 4 //nolint:gosec // few
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	box, err := outbox.NewPostgres(pool)
	if err != nil {
		return err
	}
	redisOptions, err := redis.ParseURL(w.Redis)
	if err != nil {
		return err
	}
	store, err := redislimits.New(redis.NewClient(redisOptions), "soak",
		&redislimits.Options{Prefix: w.RedisPrefix, Lease: w.Lease})
	if err != nil {
		return err
	}
	fleet, err := w.Service.fleet(newLimiter(store))
	if err != nil {
		return err
	}
	return runWorker(ctx, w, box, fleet)
}

func (w *worker) workSQLite(ctx context.Context) error {
	db, err := sql.Open("sqlite", sqliteSource(w.SQLite))
	if err != nil {
		return err
	}
	box, err := outbox.NewSQLite(db)
	if err != nil {
		return err
	}
	limiter := newLimiter(nil)
	fleet, err := w.Service.fleet(limiter)
	if err != nil {
		return err
	}
	if err := box.RecordSent(ctx, limiter); err != nil {
		return err
	}
	return runWorker(ctx, w, box, fleet)
}

func runWorker[Tx any](ctx context.Context, w *worker, box *outbox.Outbox[Tx], fleet *chat.Fleet) error {
	sender, err := outbox.NewWorker(box, fleet, &outbox.Options{
		Threads: w.Threads, Patience: w.Patience,
		ListingLag: 10 * time.Second / divisor, SearchMargin: time.Minute / divisor, RetryDelay: time.Second / divisor,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}
	for {
		if err := sender.Run(ctx); !errors.Is(err, outbox.ErrLockLost) { // which a machine that stands still for seconds ends
			return err
		}
	}
}

// running is a process that sends.
type running struct {
	process *exec.Cmd
	ended   chan struct{}
}

// start starts a process.
func (w *worker) start(ctx context.Context, log io.Writer) (*running, error) {
	given, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r := &running{process: exec.CommandContext(ctx, self), ended: make(chan struct{})}
	r.process.Env = append(os.Environ(), workerVariable+"="+string(given))
	r.process.Stderr = log
	if err := r.process.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	go func() {
		defer close(r.ended)
		_ = r.process.Wait() // it is killed
	}()
	return r, nil
}

func (r *running) kill() {
	_ = r.process.Process.Kill()
	<-r.ended
}

func (r *running) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}
