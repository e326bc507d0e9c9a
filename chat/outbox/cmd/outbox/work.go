package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
	"github.com/acschat/acs-chat-go/chat/outbox"
	"github.com/acschat/acs-chat-go/chat/redact"
)

const (
	connectionStringVariable = "AZURE_COMMUNICATION_CONNECTION_STRING"
	redisVariable            = "REDIS_URL"
	caFileVariable           = "ACSCHAT_CA_FILE"
)

const workHelp = `Sends the messages of an outbox until SIGTERM or an interrupt, and then waits
for those that are being sent. Failures are logged on stderr.

With Postgres any number of workers run at the same time, with SQLite one. A
worker stays within the published rate limits; workers that share a Redis stay
within them together.

AZURE_COMMUNICATION_CONNECTION_STRING is the resource and its access key, which
issues the tokens of the users.

Usage:
  outbox work [flags]

Examples:
  outbox work --database sqlite:shop.db --migrate
  DATABASE_URL=postgres://shop@db/shop REDIS_URL=redis://cache outbox work

Flags:
  --database URL  the database [$DATABASE_URL]: outbox help
  --migrate       first create the tables, or bring them to this version
  --redis URL     share the rate limits with other workers [$REDIS_URL]
  --threads N     threads that are sent in parallel (default 100)
  --ca-file FILE  a certificate authority to trust in addition to the system's,
                  such as the emulator's [$ACSCHAT_CA_FILE]
  --verbose       log every request
`

// restartDelay is the time until a worker that has lost the database is started again.
const restartDelay = time.Second

func (t *tool) work(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("work", flag.ContinueOnError)
	var (
		from    = addDatabase(f)
		migrate = f.Bool("migrate", false, "")
		shared  = f.String("redis", "", "")
		threads = f.Int("threads", 0, "")
		caFile  = f.String("ca-file", "", "")
		verbose = f.Bool("verbose", false, "")
	)
	if err := t.parse(f, args, workHelp); err != nil {
		return err
	}
	if *threads < 0 {
		return misuse("--threads must not be negative")
	}
	log := t.logger(*verbose)
	redisURL := cmp.Or(*shared, t.getenv(redisVariable))
	fleet, limiter, closeFleet, err := t.fleet(ctx, redisURL, cmp.Or(*caFile, t.getenv(caFileVariable)), log)
	if err != nil {
		return err
	}
	defer closeFleet()
	db, err := t.open(ctx, *from, *migrate)
	if err != nil {
		return err
	}
	defer db.close()
	if *migrate {
		if err := db.Migrate(ctx); err != nil {
			return err
		}
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		return advised(err)
	}
	if redisURL == "" { // otherwise Redis knows
		if err := db.RecordSent(ctx, limiter); err != nil && ctx.Err() == nil {
			return err
		}
	}
	worker, err := db.worker(fleet, &outbox.Options{Threads: *threads, Logger: log})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.stderr, "outbox: sending; %d pending, %d failed. Stop with SIGTERM or an interrupt.\n", counts[outbox.Pending], counts[outbox.Failed])
	context.AfterFunc(ctx, func() { fmt.Fprintln(t.stderr, "outbox: stopping") })
	return workAgain(ctx, worker, log, restartDelay)
}

// workAgain runs a worker, and runs it again after it has lost the database.
func workAgain(ctx context.Context, worker runner, log *slog.Logger, delay time.Duration) error {
	lost := false
	for {
		err := worker.Run(ctx)
		lost = lost || errors.Is(err, outbox.ErrLockLost)
		if err == nil || ctx.Err() != nil || !lost {
			return err
		}
		log.ErrorContext(ctx, "the worker is started again", slog.Any("error", err))
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
	}
}

// advised adds what to do with this program about an error of the library.
func advised(err error) error {
	if errors.Is(err, outbox.ErrNotMigrated) {
		return errors.New("the database has no tables of the outbox: create them with outbox work --migrate, or name the schema of your program in the URL")
	}
	return err
}

// logger logs failures, and with --verbose everything.
func (t *tool) logger(verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(t.stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if err, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(redact.Text(err.Error()))
		}
		return a
	}}))
}

// fleet returns the clients of all users of the resource in the environment, and the limiter that they share.
func (t *tool) fleet(ctx context.Context, redisURL, caFile string, log *slog.Logger) (*chat.Fleet, *limits.Limiter, func(), error) {
	options := &identity.ClientOptions{Logger: log}
	options.InsecureAllowCredentialWithHTTP = true // checked below
	if caFile != "" {
		transport, err := trusting(caFile)
		if err != nil {
			return nil, nil, nil, err
		}
		options.Transport = transport
	}
	text := t.getenv(connectionStringVariable)
	if text == "" {
		return nil, nil, nil, misuse("no resource is set: set %s to the connection string that the portal shows under Keys, or to that of acschat emulator", connectionStringVariable)
	}
	parsed, err := identity.NewClientFromConnectionString(text, options)
	if err != nil {
		return nil, nil, nil, misuse("%s: %v", connectionStringVariable, err)
	}
	host, err := hostOf(parsed.Endpoint())
	if err != nil {
		return nil, nil, nil, err
	}
	limiter, closeLimiter, err := newLimiter(ctx, redisURL, host, log)
	if err != nil {
		return nil, nil, nil, err
	}
	options.Limiter = limiter
	identities, err := identity.NewClientFromConnectionString(text, options)
	if err != nil {
		return nil, nil, nil, err
	}
	fleetOptions := &chat.FleetOptions{}
	fleetOptions.ClientOptions = chat.ClientOptions{ClientOptions: options.ClientOptions, Limiter: limiter, Logger: log}
	fleet, err := chat.NewFleet(identities.Endpoint(), identities.MintFunc([]identity.Scope{identity.ScopeChat}, nil), fleetOptions)
	if err != nil {
		return nil, nil, nil, err
	}
	return fleet, limiter, func() {
		_ = fleet.Close()
		_ = identities.Close()
		closeLimiter()
	}, nil
}

// hostOf returns the host of an endpoint, which must use TLS unless it is on this machine, such as acschat emulator --plain.
func hostOf(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", misuse("%s has an invalid endpoint: %v", connectionStringVariable, err)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", misuse("the endpoint in %s must begin with https://", connectionStringVariable)
	}
	return u.Host, nil
}

// newLimiter returns a limiter for this process, or for all that use a Redis.
func newLimiter(ctx context.Context, redisURL, resource string, log *slog.Logger) (*limits.Limiter, func(), error) {
	if redisURL == "" {
		return limits.New(nil), func() {}, nil
	}
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		return nil, nil, misuse("the URL of Redis is invalid: its form is redis://USER:PASSWORD@HOST:6379/0")
	}
	logging.Disable() // of go-redis: what fails is logged below
	server := redis.NewClient(options)
	if err := server.Ping(ctx).Err(); err != nil {
		_ = server.Close()
		return nil, nil, fmt.Errorf("connect to Redis: %w", err)
	}
	store, err := redislimits.New(server, resource, &redislimits.Options{OnError: func(err error) {
		log.ErrorContext(ctx, "the rate limits cannot be read", slog.Any("error", err))
	}})
	if err != nil {
		_ = server.Close()
		return nil, nil, err
	}
	return limits.New(&limits.Options{Store: store}), func() { _ = server.Close() }, nil
}

// trusting returns a client that trusts the certificate authorities of the system and those in a file.
func trusting(file string) (*http.Client, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, misuse("--ca-file: %v", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, misuse("--ca-file: there is no certificate in %s: a PEM file begins with -----BEGIN CERTIFICATE-----", file)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: transport}, nil
}
