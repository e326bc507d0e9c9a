package redislimits

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat/limits"
)

// Store is a [limits.Store] in Redis. It is safe for concurrent use. The zero value is not usable; use [New].
type Store struct {
	client  redis.Scripter
	prefix  string // of the keys, with the hash tag
	lease   time.Duration
	timeout time.Duration
	letPass bool
	onError func(error)

	take, settle, release, fill, look *redis.Script

	process string       // begins the tickets of this store
	tickets atomic.Int64 // made so far
}

// Options are the optional settings of [New].
type Options struct {
	// Prefix begins the keys. Empty means "acschat:limits:".
	Prefix string
	// Lease is how long a request counts, in addition to its window, if its process ends before the answer. It must be longer than a
	// request can take, and should be the same in all processes. Zero means two minutes: an attempt takes at most one by default.
	Lease time.Duration
	// Timeout limits each call of Redis, whatever the timeouts of the client are. Zero means two seconds.
	Timeout time.Duration
	// LetThrough sends requests without limits while calls of Redis fail: Budget and Plan of the limiter show empty windows then, and
	// requests passed to Record are lost. Otherwise the requests fail.
	LetThrough bool
	// OnError is called with the errors of Redis, also if LetThrough or a [limits.Limiter] hides them, but not if the context of the request
	// has ended. It may be called concurrently. Nil means no calls.
	OnError func(error)
}

const (
	defaultPrefix  = "acschat:limits:"
	defaultLease   = 2 * time.Minute
	defaultTimeout = 2 * time.Second
)

// New returns a store for the windows of one resource, which is named by any text, such as the host of its endpoint. All processes must
// use the same name and the same prefix. client is a [redis.Client], a [redis.ClusterClient] or another client that runs scripts; the
// caller closes it. New sends no command. Nil options are the zero value.
//
// A nil client, an empty resource, one with a brace, and negative options are errors.
func New(client redis.Scripter, resource string, options *Options) (*Store, error) {
	if options == nil {
		options = &Options{}
	}
	switch {
	case isNil(client):
		return nil, errors.New("redislimits: client must not be nil")
	case resource == "" || strings.ContainsAny(resource, "{}"):
		return nil, errors.New("redislimits: resource must not be empty or contain a brace")
	case strings.ContainsAny(options.Prefix, "{}"):
		return nil, errors.New("redislimits: Prefix must not contain a brace")
	case options.Lease < 0 || options.Timeout < 0:
		return nil, errors.New("redislimits: Lease and Timeout must not be negative")
	}
	return &Store{
		client: client, prefix: cmp.Or(options.Prefix, defaultPrefix) + "{" + resource + "}:",
		lease: cmp.Or(options.Lease, defaultLease), timeout: cmp.Or(options.Timeout, defaultTimeout),
		letPass: options.LetThrough, onError: options.OnError,
		take: redis.NewScript(take), settle: redis.NewScript(settle), release: redis.NewScript(release),
		fill: redis.NewScript(fill), look: redis.NewScript(look),
		process: rand.Text() + ":",
	}, nil
}

var _ limits.Store = (*Store)(nil)

// Take implements [limits.Store].
func (s *Store) Take(ctx context.Context, windows []limits.Window) (ticket string, wait time.Duration, err error) {
	ticket = s.newTicket()
	c := s.start(ctx, s.take, windows, ticket, s.lease.Microseconds())
	microseconds, err := c.wait().Int64()
	if err != nil && !isDialError(err) {
		go s.forget(ctx, c, windows, ticket)
	}
	if err := s.failed(ctx, "take", err); err != nil {
		return "", 0, err
	}
	if err != nil {
		return "", 0, nil //nolint:nilerr // let through
	}
	return ticket, durationOf(microseconds), nil
}

// forget releases a ticket that may have been counted, for a request that is not sent. If it fails, the lease ends it.
func (s *Store) forget(ctx context.Context, take *call, windows []limits.Window, ticket string) {
	<-take.done
	_ = s.run(context.WithoutCancel(ctx), s.release, windows, ticket, 0).Err()
}

// Settle implements [limits.Store].
func (s *Store) Settle(ctx context.Context, windows []limits.Window, ticket string) error {
	if ticket == "" {
		return nil // let through
	}
	return s.failed(ctx, "settle", s.run(ctx, s.settle, windows, ticket, 0).Err())
}

// Record implements [limits.Store].
func (s *Store) Record(ctx context.Context, windows []limits.Window, ago time.Duration) error {
	return s.failed(ctx, "record", s.run(ctx, s.settle, windows, s.newTicket(), max(ago, 0).Microseconds()).Err())
}

// Fill implements [limits.Store].
func (s *Store) Fill(ctx context.Context, window limits.Window, d time.Duration) error {
	return s.failed(ctx, "fill", s.run(ctx, s.fill, []limits.Window{window}, d.Microseconds(), 0).Err())
}

// Look implements [limits.Store].
func (s *Store) Look(ctx context.Context, windows []limits.Window) ([][]time.Duration, error) {
	counted := make([][]time.Duration, len(windows))
	found, err := s.run(ctx, s.look, windows, "", 0).Slice()
	if err == nil && len(found) != len(windows) {
		err = fmt.Errorf("the answer has %d windows instead of %d", len(found), len(windows))
	}
	if err != nil {
		return counted, s.failed(ctx, "look", err)
	}
	for i := range windows {
		left, _ := found[i].([]any)
		for _, microseconds := range left {
			n, _ := microseconds.(int64)
			counted[i] = append(counted[i], durationOf(n))
		}
	}
	return counted, nil
}

// durationOf converts the microseconds of an answer. It is 0 for a negative number, and the longest duration for one that is too large.
func durationOf(microseconds int64) time.Duration {
	return time.Duration(min(max(microseconds, 0), math.MaxInt64/int64(time.Microsecond))) * time.Microsecond
}

// run runs a script on the windows, whose arguments are two of its own, and the number and the length of each window.
func (s *Store) run(ctx context.Context, script *redis.Script, windows []limits.Window, arguments ...any) *redis.Cmd {
	return s.start(ctx, script, windows, arguments...).wait()
}

// start is run without waiting.
func (s *Store) start(ctx context.Context, script *redis.Script, windows []limits.Window, arguments ...any) *call {
	keys := make([]string, len(windows))
	for i, w := range windows {
		keys[i] = s.key(w)
		arguments = append(arguments, w.Most, w.Per.Microseconds())
	}
	return startCall(ctx, s.timeout, func(ctx context.Context) *redis.Cmd {
		return script.Run(ctx, s.client, keys, arguments...)
	})
}

// key names a window. Its parts are quoted, since ids may contain anything.
func (s *Store) key(w limits.Window) string {
	return s.prefix + fmt.Sprintf("%q:%d:%d:%q:%q", w.Name, w.Most, w.Per.Microseconds(), w.User, w.Thread)
}

// failed makes the error of an operation, nil if requests are let through. It reports err.
func (s *Store) failed(ctx context.Context, operation string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	err = fmt.Errorf("redislimits: %s: %w", operation, err)
	if s.onError != nil {
		s.onError(err)
	}
	if s.letPass {
		return nil
	}
	return err
}

func (s *Store) newTicket() string {
	return s.process + strconv.FormatInt(s.tickets.Add(1), 36)
}

// isNil reports whether a client is nil, or a nil pointer.
func isNil(client redis.Scripter) bool {
	v := reflect.ValueOf(client)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// isDialError reports whether there is no connection, so that nothing was sent.
func isDialError(err error) bool {
	network, ok := errors.AsType[*net.OpError](err)
	return ok && network.Op == "dial"
}
