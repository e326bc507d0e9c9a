package chattest

import (
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
)

// committer lets writers that are waiting share a commit. It has no goroutine of its own: a writer that finds nobody
// at work leads, at once; those who come while it commits wait, and the first of them leads next, for all of them.
type committer struct {
	db   *bbolt.DB
	hold func() // keeps a commit back whose writes are made, nil but in specs

	mu      sync.Mutex // guards waiting and led
	waiting []*write
	led     bool
}

type write struct {
	apply func(*bbolt.Tx) error
	err   error
	turn  chan bool // true: lead; false: done, err is set
}

// update runs apply once in a transaction that others may share, one after the other, and returns when it is
// committed. An apply that returns a [refusal] must have written nothing: the others are committed without it.
// Any other error or a panic rolls everything back, and every writer of that transaction gets the error.
func (c *committer) update(apply func(*bbolt.Tx) error) error {
	w := &write{apply: apply, turn: make(chan bool, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, w)
	follow := c.led
	c.led = true
	c.mu.Unlock()
	if follow && !<-w.turn {
		return w.err
	}

	c.mu.Lock()
	batch := c.waiting
	c.waiting = nil
	c.mu.Unlock()

	c.commit(batch)

	c.mu.Lock()
	c.led = len(c.waiting) > 0
	if c.led {
		c.waiting[0].turn <- true
	}
	c.mu.Unlock()
	for _, other := range batch {
		if other != w {
			other.turn <- false
		}
	}
	return w.err
}

// commit applies a batch in one transaction and sets the error of each.
func (c *committer) commit(batch []*write) {
	err := c.db.Update(func(tx *bbolt.Tx) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("write: panic: %v", p)
			}
		}()
		for _, w := range batch {
			w.err = w.apply(tx)
			if _, refused := errors.AsType[*refusal](w.err); w.err != nil && !refused {
				return w.err
			}
		}
		if c.hold != nil {
			c.hold()
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, w := range batch {
		if _, refused := errors.AsType[*refusal](w.err); !refused {
			w.err = err
		}
	}
}
