package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// Work is done by contenders in turns.
type Work struct {
	Name       string // as a Go benchmark
	What       string // in words; the figures are for doing it once
	Versus     string // how the contenders differ: "client", "decoder" or "pages"
	Contenders []Contender
	Runs       int // of each contender
	Times      int // how often the work is done in one run
	Bounds     []Bound
}

// Contender does a work n times. The first one of a work is the reference, and the last one is ours.
type Contender struct {
	Name string
	Do   func(ctx context.Context, n int) error
}

const (
	listedPages     = 5
	senders         = 64
	prefetchedPages = 100
	pace            = 20 * time.Millisecond // of a response, and of processing it
)

// Works returns everything to measure. It fails if contenders return different data.
func Works(ctx context.Context, s *server) ([]Work, error) {
	transport, err := s.transport()
	if err != nil {
		return nil, err
	}
	remote, err := clients(ctx, s.Endpoint, transport)
	if err != nil {
		return nil, err
	}
	local, err := clients(ctx, endpoint, NewCanned(endpoint, listedPages))
	if err != nil {
		return nil, err
	}
	decoders, err := decoders()
	if err != nil {
		return nil, err
	}
	pagers, err := pagers()
	if err != nil {
		return nil, err
	}
	return []Work{{
		Name: "Send/via=tls", What: "send a message, TLS",
		Versus: "client", Contenders: each(remote, send), Runs: 150, Times: 1000, Bounds: []Bound{{What: "CPU", Unit: CPU, Ratio: 1.30}},
	}, {
		Name: "Send/via=memory", What: "send a message, no socket",
		Versus: "client", Contenders: each(local, send), Runs: 30, Times: 5000,
	}, {
		Name: "Get/via=tls", What: "read a message, TLS",
		Versus: "client", Contenders: each(remote, get), Runs: 30, Times: 1000,
	}, {
		Name: "Get/via=memory", What: "read a message, no socket",
		Versus: "client", Contenders: each(local, get), Runs: 30, Times: 5000,
	}, {
		Name: "List/via=tls", What: "a message listed in pages of 200, TLS",
		Versus: "client", Contenders: each(remote, list), Runs: 30, Times: 10_000,
		Bounds: []Bound{{What: "CPU", Unit: CPU, Ratio: 0.65}, {What: "bytes allocated", Unit: Bytes, Ratio: 0.80}},
	}, {
		Name: "List/via=memory", What: "a message listed in pages of 200, no socket",
		Versus: "client", Contenders: each(local, list), Runs: 30, Times: 10_000,
	}, {
		Name: "Decode", What: "a message decoded from a page of 200",
		Versus: "decoder", Contenders: decoders, Runs: 30, Times: 10_000,
	}, {
		Name: "Senders/via=tls", What: "a message from one of 64 senders, TLS",
		Versus: "client", Contenders: each(remote, sendAtOnce), Runs: 20, Times: 10_000,
		Bounds: []Bound{{What: "throughput", Unit: Time, Ratio: 0.70, AtLeast: true}},
	}, {
		Name: "Prefetch", What: "a page that takes 20 ms to arrive and 20 ms to process",
		Versus: "pages", Contenders: pagers, Runs: 10, Times: prefetchedPages,
		Bounds: []Bound{{What: "time", Unit: Time, Ratio: 0.55}},
	}}, nil
}

func each(clients []namedClient, do func(context.Context, Client, int) error) []Contender {
	var contenders []Contender
	for _, c := range clients {
		contenders = append(contenders, Contender{c.name, func(ctx context.Context, n int) error { return do(ctx, c, n) }})
	}
	return contenders
}

func send(ctx context.Context, c Client, n int) error {
	for range n {
		if _, err := c.Send(ctx); err != nil {
			return err
		}
	}
	return nil
}

func get(ctx context.Context, c Client, n int) error {
	for range n {
		if _, err := c.Get(ctx); err != nil {
			return err
		}
	}
	return nil
}

func list(ctx context.Context, c Client, n int) error {
	for n > 0 {
		messages, err := c.List(ctx, nil)
		if err != nil {
			return err
		}
		n -= messages
	}
	return nil
}

func sendAtOnce(ctx context.Context, c Client, n int) error {
	var left atomic.Int64
	left.Store(int64(n))
	errs := make(chan error, senders)
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := c.Send(ctx); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(errs)
	return <-errs
}

// pagers list pages that take as long to arrive as to be processed, without and with prefetch.
func pagers() ([]Contender, error) {
	slow := NewCanned(endpoint, prefetchedPages)
	slow.Latency = pace
	o, err := NewOurs(endpoint, slow)
	if err != nil {
		return nil, err
	}
	read := func(prefetch bool) func(context.Context, int) error {
		return func(ctx context.Context, n int) error {
			for n > 0 {
				pager := o.Thread.ListMessages(&chat.ListMessagesOptions{PageSize: pageSize, Prefetch: prefetch})
				for _, err := range pager.Pages(ctx) {
					if err != nil {
						return err
					}
					if err := wait(ctx, pace); err != nil {
						return err
					}
					n--
				}
			}
			return nil
		}
	}
	return []Contender{{"in-turn", read(false)}, {"prefetch", read(true)}}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
