package chattest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"
)

// committer groups concurrent writes into shared commits. It has no goroutine of its own: a writer that finds no commit in progress leads
// at once. Writers that arrive during a commit wait, and the first of them leads the next commit for all of them.
type committer struct {
	db       *bbolt.DB
	isBroken atomic.Bool // the file was found damaged while it was open
	hold     func()      // delays a commit after its writes; nil except in specs

	mu      sync.Mutex // guards waiting and led
	waiting []*write
	led     bool
}

type write struct {
	apply func(*bbolt.Tx) error
	err   error
	turn  chan bool // true means lead the next commit; false means done, and err is set
}

// update runs apply once, in a transaction that other writers may share, and returns when it is committed. If apply returns a [refusal],
// it must have written nothing: the others are committed without it. Any other error or a panic rolls the transaction back, and all
// its writers get the error.
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

// commit applies a batch in one transaction and sets the error of each write.
func (c *committer) commit(batch []*write) {
	err := c.write(func(tx *bbolt.Tx) (err error) {
		defer func() {
			switch p := recover(); {
			case p == nil:
			case isDamage(p):
				err = damaged(overwritten)
			default:
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
