package chattest

import (
	"errors"
	"runtime"
	"runtime/debug"
	"strings"

	"go.etcd.io/bbolt"
)

// view runs f in a read-only transaction.
func (c *committer) view(f func(*bbolt.Tx) error) error {
	return c.transact(c.db.View, f)
}

// write runs f in a transaction and commits it.
func (c *committer) write(f func(*bbolt.Tx) error) error {
	return c.transact(c.db.Update, f)
}

// transact fails with [ErrDamaged] if the file is found damaged while it is open, and ever after: bbolt may still hold its locks.
func (c *committer) transact(begin func(func(*bbolt.Tx) error) error, f func(*bbolt.Tx) error) (err error) {
	if c.isBroken.Load() {
		return damaged(overwritten)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if errors.Is(err, ErrDamaged) {
			c.isBroken.Store(true)
		}
	}()
	defer func() {
		switch p := recover(); {
		case p == nil:
		case isDamage(p):
			err = damaged(overwritten)
		default:
			panic(p)
		}
	}()
	return begin(f)
}

// isDamage reports whether a panic comes from bbolt, or from a fault in the memory to which the file is mapped. It must be called in a
// deferred function.
func isDamage(panicked any) bool {
	return isFault(panicked) || panickedIn("go.etcd.io/bbolt")
}

// isFault reports whether a panic is a fault of an address, as [debug.SetPanicOnFault] makes them.
func isFault(p any) bool {
	_, ok := p.(interface{ Addr() uintptr })
	return ok
}

// panickedIn reports whether the panic that is being recovered began in a function of a package, or of one beneath it.
func panickedIn(path string) bool {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	panicking := false
	for {
		frame, more := frames.Next()
		switch isRuntime := strings.HasPrefix(frame.Function, "runtime."); {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !isRuntime:
			return strings.HasPrefix(frame.Function, path)
		}
		if !more {
			return false
		}
	}
}
