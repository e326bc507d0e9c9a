package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

// soak fills the outbox, lets workers send and be killed, and checks what the service has.
func soak[Tx any](ctx context.Context, name string, p *plan, d *database[Tx], w *worker) (err error) {
	ctx, cancel := context.WithTimeout(ctx, p.deadline())
	defer cancel()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	dir, err := os.MkdirTemp("", "outbox-soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	e, err := startEmulator(ctx, p.Emulator, dir, p.Log)
	if err != nil {
		return err
	}
	defer e.stop()
	w.Service = service{e.Endpoint, e.ConnectionString}
	r, err := newRoom(ctx, w.Service, p)
	if err != nil {
		return err
	}
	w.Threads, w.Patience, w.Lease = p.Threads/p.Workers+2, p.Patience, p.Lease

	f := &findings{name: name, plan: p, loadBefore: load()}
	begin := time.Now()
	if err := d.fill(ctx, p, r); err != nil {
		return err
	}
	f.fill, begin = time.Since(begin), time.Now()
	for _, fault := range faults() {
		if err := e.fail(ctx, fault); err != nil {
			return err
		}
	}
	c := &crew[Tx]{plan: p, worker: w, emulator: e, database: d}
	defer c.stop()
	if err := c.run(ctx); err != nil {
		return err
	}
	f.send, begin = time.Since(begin), time.Now()
	f.kills, f.seen = c.kills, e.observed()
	if err := e.heal(ctx); err != nil {
		return err
	}
	if err := f.check(ctx, r); err != nil {
		return err
	}
	f.verify, f.loadAfter = time.Since(begin), load()
	f.print(p.Out)
	return f.verdict()
}

// crew are the processes that send.
type crew[Tx any] struct {
	*plan
	*worker
	*emulator
	*database[Tx]

	processes []*running
	kills     int
	began     time.Time
}

// run starts the processes, and kills and replaces them until all messages are sent.
func (c *crew[Tx]) run(ctx context.Context) error {
	for range c.Workers {
		if err := c.add(ctx); err != nil {
			return err
		}
	}
	c.began = time.Now()
	progress := c.began
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("after %v, %d of %d messages are sent: %w", time.Since(c.began).Round(time.Second), c.sent(), c.Messages, ctx.Err())
		}
		if c.sent() >= c.Messages {
			counts, err := c.Counts(ctx)
			if err != nil || counts[outbox.Pending] == 0 {
				return err
			}
		}
		for _, one := range c.processes {
			if one.hasEnded() {
				return errors.New("a worker has ended by itself")
			}
		}
		if c.isKillDue() {
			if err := c.replaceOne(ctx); err != nil {
				return err
			}
		}
		if time.Since(progress) > 10*time.Second {
			progress = time.Now()
			fmt.Fprintf(c.Log, "%d of %d messages are sent, %d workers were killed, load %s\n", c.sent(), c.Messages, c.kills, load())
		}
	}
}

func (c *crew[Tx]) isKillDue() bool {
	if c.KillEvery > 0 {
		return time.Since(c.began) >= time.Duration(c.kills+1)*c.KillEvery
	}
	return c.kills < c.Kills && c.sent() >= (c.kills+1)*c.Messages/(c.Kills+1)
}

// replaceOne kills the process that has run longest, and starts another.
func (c *crew[Tx]) replaceOne(ctx context.Context) error {
	c.processes[0].kill()
	c.processes = c.processes[1:]
	c.kills++
	return c.add(ctx)
}

func (c *crew[Tx]) add(ctx context.Context) error {
	one, err := c.worker.start(ctx, c.Log)
	if err != nil {
		return err
	}
	c.processes = append(c.processes, one)
	return nil
}

func (c *crew[Tx]) stop() {
	for _, one := range c.processes {
		one.kill()
	}
}
