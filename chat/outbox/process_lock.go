package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// processLock shows other processes that this one works. It ends with the process.
type processLock interface {
	// lost is closed when the process may no longer have the lock.
	lost() <-chan struct{}
	release()
}

const (
	pingInterval = 100 * time.Millisecond
	pingTimeout  = 2 * time.Second
)

// sessionLock is an advisory lock of Postgres, which ends with its connection.
type sessionLock struct {
	gone chan struct{}
	stop func()
}

// lockSession takes the lock of a client of River on a connection, and takes over the connection. end closes it.
func lockSession(ctx context.Context, s session, id string, end func()) (processLock, error) {
	// The server notices within seconds that the machine of the worker is gone, or, since version 14, that the process stands still.
	_, err := s.exec(ctx, `SELECT set_config('tcp_keepalives_idle', '1', false), set_config('tcp_keepalives_interval', '1', false),
		set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '4000', false)`)
	if err == nil {
		_, err = s.exec(ctx, "SELECT set_config(name, '5s', false) FROM pg_settings WHERE name = 'idle_session_timeout'")
	}
	if err == nil {
		_, err = s.exec(ctx, "SELECT pg_advisory_lock(hashtextextended($1, 0))", id)
	}
	if err != nil {
		end()
		return nil, err
	}
	watched, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &sessionLock{gone: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer end()
		watch(watched, s, l.gone)
	}()
	l.stop = func() { stop(); <-ended }
	return l, nil
}

// watch closes gone when the connection is lost, and ends with the context.
func watch(ctx context.Context, s session, gone chan<- struct{}) {
	ticker := time.NewTicker(pingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		ping, cancel := context.WithTimeout(ctx, pingTimeout)
		_, err := s.exec(ping, "SELECT 1")
		cancel()
		if err != nil && ctx.Err() == nil {
			close(gone)
			return
		}
	}
}

func (l *sessionLock) lost() <-chan struct{} { return l.gone }
func (l *sessionLock) release()              { l.stop() }

// fileLock proves that one process works on a SQLite database in a file.
type fileLock struct{ file *flock.Flock }

func lockFile(path string) (processLock, error) {
	l := fileLock{flock.New(path + "-outbox.lock")}
	switch locked, err := l.file.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", l.file.Path(), err)
	case !locked:
		return nil, errors.Join(fmt.Errorf("another worker has locked %s: run one worker for a SQLite database", l.file.Path()), l.file.Close())
	}
	return l, nil
}

func (l fileLock) lost() <-chan struct{} { return nil }

func (l fileLock) release() {
	_ = l.file.Close() // the lock ends with the process at the latest
}

// memoryLock proves that one worker works on a SQLite database in memory, which no other process has.
type memoryLock struct{ mu *sync.Mutex }

func lockMemory(mu *sync.Mutex) (processLock, error) {
	if !mu.TryLock() {
		return nil, errors.New("another worker works on the database in memory: run one worker for a SQLite database")
	}
	return memoryLock{mu}, nil
}

func (l memoryLock) lost() <-chan struct{} { return nil }
func (l memoryLock) release()              { l.mu.Unlock() }
