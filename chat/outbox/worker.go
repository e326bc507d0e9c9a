package outbox

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/acschat/acs-chat-go/chat"
)

// Worker sends the messages of an outbox. It can be run again after [Worker.Run] has returned. The zero value is not usable; use
// [NewWorker].
type Worker[Tx any] struct {
	box     *Outbox[Tx]
	fleet   *chat.Fleet
	options Options // with the defaults

	// Specs replace them.
	drained       func(context.Context, *step[Tx]) (bool, error)
	strayInterval time.Duration
}

// Options are the optional settings of [NewWorker].
type Options struct {
	// Threads is how many threads are sent in parallel, up to 10,000. 0 means 100.
	Threads int
	// Patience is how long the worker waits in place before it goes on with other threads: for a repetition, and for the limiter of the
	// fleet, see [limits.WithMaxWait]. 0 means two seconds.
	Patience time.Duration
	// PollInterval is how often the database is asked for threads to be sent, and the resolution of longer waits: a millisecond at least. 0
	// means 100 ms.
	PollInterval time.Duration
	// ListingLag and SearchMargin are those of [chat.SendMessageOnceOptions].
	ListingLag, SearchMargin time.Duration
	// RetryDelay is the time until a message is sent again after an attempt that failed. It doubles with each failure, up to 64 times
	// itself. 0 means a second.
	RetryDelay time.Duration
	// GiveUpAfter is how long after its first failed attempt a message fails if it is neither sent nor refused, for example because there is
	// no token for its user. The messages after it are sent then. Waits for the rate limits do not count. 0 means 3 days, a negative value
	// never.
	GiveUpAfter time.Duration
	// KeepSent and KeepFailed are how long messages are kept after they were sent or have failed. Their keys can be used again after that.
	// 0 means 7 days for those sent and 90 days for those failed, a negative value forever.
	KeepSent, KeepFailed time.Duration
	// OnFailed is called after the transaction that makes a message failed, see [Entry.Err]: once, or not at all if the process ends or the
	// connection to the database breaks before the call. [Outbox.List] has those that were missed. Err is the error of the attempt itself,
	// and SettledOn is by the clock of this machine. Calls may be concurrent. Nil means no calls.
	OnFailed func(Entry)
	// Logger gets failures of messages and of the database. Nil means none.
	Logger *slog.Logger
}

// ErrLockLost is returned by [Worker.Run] if the connection that shows other workers that this one works is lost. Run it again.
var ErrLockLost = errors.New("the connection with the lock of the worker is lost")

// NewWorker returns a worker that sends the messages of an outbox with the clients of a fleet, whose Limiter should keep it within the rate
// limits; one that keeps its windows in memory learns from [Outbox.RecordSent] what was sent before a restart. A nil outbox, a nil fleet,
// options outside the limits that they name, and a negative Patience or RetryDelay are each an [*chat.ArgumentError].
func NewWorker[Tx any](box *Outbox[Tx], fleet *chat.Fleet, options *Options) (*Worker[Tx], error) {
	w := &Worker[Tx]{box: box, fleet: fleet}
	if options != nil {
		w.options = *options
	}
	switch {
	case box == nil:
		return nil, &chat.ArgumentError{Name: "box", Reason: "must not be nil"}
	case fleet == nil:
		return nil, &chat.ArgumentError{Name: "fleet", Reason: "must not be nil"}
	case w.options.Threads < 0 || w.options.Threads > river.QueueNumWorkersMax:
		return nil, &chat.ArgumentError{Name: "Threads", Reason: "must be between 0 and " + strconv.Itoa(river.QueueNumWorkersMax)}
	case w.options.Patience < 0:
		return nil, &chat.ArgumentError{Name: "Patience", Reason: "must not be negative"}
	case w.options.PollInterval != 0 && w.options.PollInterval < river.FetchPollIntervalMin:
		return nil, &chat.ArgumentError{Name: "PollInterval", Reason: "must be 0 or at least " + river.FetchPollIntervalMin.String()}
	case w.options.RetryDelay < 0:
		return nil, &chat.ArgumentError{Name: "RetryDelay", Reason: "must not be negative"}
	}
	w.options.Threads = cmp.Or(w.options.Threads, 100)
	w.options.Patience = cmp.Or(w.options.Patience, 2*time.Second)
	w.options.PollInterval = cmp.Or(w.options.PollInterval, 100*time.Millisecond)
	w.options.RetryDelay = cmp.Or(w.options.RetryDelay, time.Second)
	w.options.GiveUpAfter = cmp.Or(w.options.GiveUpAfter, 3*24*time.Hour)
	w.options.KeepSent = cmp.Or(w.options.KeepSent, 7*24*time.Hour)
	w.options.KeepFailed = cmp.Or(w.options.KeepFailed, 90*24*time.Hour)
	w.options.Logger = cmp.Or(w.options.Logger, slog.New(slog.DiscardHandler))
	w.drained, w.strayInterval = endDrain[Tx], strayInterval
	return w, nil
}

// stopTimeout is how long messages under way are waited for when a worker stops.
const stopTimeout = 10 * time.Second

// minConnections are those of a worker on Postgres: for its lock, for notifications, and to work.
const minConnections = 3

// Run sends messages until the context ends, and then returns nil after the messages under way are sent, or cancelled after ten seconds. On
// Postgres any number of workers run at the same time; on SQLite another process, or another call, is an error. On Postgres it holds two
// connections of the pool, with [NewDatabaseSQL] one, and the pool must allow three at least. A failure of the database is logged, and what
// failed is repeated, except at the start. If the lock of the worker is lost, it stops at once, and the error matches [ErrLockLost].
func (w *Worker[Tx]) Run(ctx context.Context) (err error) {
	started := false
	defer func() {
		if err != nil && !started && ctx.Err() != nil {
			err = nil // stopped at the start
		} else if err != nil {
			err = failure("work", err)
		}
	}()
	if err := w.box.db.needConnections(minConnections); err != nil {
		return err
	}
	id := "chat-outbox-" + rand.Text()
	lock, err := w.box.db.lock(ctx, id)
	if err != nil {
		return err
	}
	defer lock.release()
	// What ends working is not the context of the caller, so that messages under way are sent, but the loss of the lock.
	working, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	watching := make(chan struct{})
	defer func() {
		cancel(nil)
		<-watching
	}()
	go func() {
		defer close(watching)
		select {
		case <-lock.lost():
			cancel(ErrLockLost)
		case <-working.Done():
		}
	}()
	r := &run[Tx]{Worker: w, id: id, stopping: ctx.Done()}
	if err := r.sweepFirst(ctx); err != nil {
		return err
	}
	jobs, err := r.client()
	if err != nil {
		return err
	}
	if err := jobs.Start(working); err != nil {
		return err
	}
	started = true
	sweeping, endSweep := context.WithCancel(ctx)
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		r.sweep(sweeping)
	}()
	select {
	case <-ctx.Done():
	case <-working.Done():
	}
	endSweep()
	<-swept
	stopErr := r.stop(working, jobs)
	return cmp.Or(context.Cause(working), stopErr)
}

// run is a worker while it runs.
type run[Tx any] struct {
	*Worker[Tx]

	id       string          // of the client of River, and of the lock
	stopping <-chan struct{} // closed when no other message is to be begun
	working  jobSet          // the jobs that are worked on
	// databaseAhead is the difference of the clock of the database from that of this machine, in nanoseconds.
	databaseAhead atomic.Int64
}

// jobSet is a set of jobs by their ids.
type jobSet struct {
	mu  sync.Mutex // guards ids
	ids map[int64]bool
}

func (s *jobSet) has(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

// add adds a job until the returned function is called.
func (s *jobSet) add(id int64) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[int64]bool)
	}
	s.ids[id] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.ids, id)
	}
}

func (r *run[Tx]) client() (*river.Client[Tx], error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &drainer[Tx]{run: r}); err != nil {
		return nil, err
	}
	return river.NewClient(r.box.db.driver, &river.Config{
		ID:                          r.id,
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: time.Hour,
		FetchCooldown:               min(50*time.Millisecond, r.options.PollInterval),
		FetchPollInterval:           r.options.PollInterval,
		JobTimeout:                  -1,
		RescueStuckJobsAfter:        math.MaxInt64, // the lock of its process shows whether a job is stuck
		Logger:                      r.options.Logger,
		Queues:                      map[string]river.QueueConfig{queue: {MaxWorkers: r.options.Threads}},
		Workers:                     workers,
	})
}

// stop waits for the jobs under way, first for their end and then for them to be cancelled.
func (r *run[Tx]) stop(working context.Context, jobs *river.Client[Tx]) error {
	soft, cancel := context.WithTimeout(working, stopTimeout)
	defer cancel()
	if jobs.Stop(soft) == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(working), stopTimeout)
	defer cancel()
	return jobs.StopAndCancel(hard)
}

func (r *run[Tx]) isStopping() bool {
	select {
	case <-r.stopping:
		return true
	default:
		return false
	}
}
