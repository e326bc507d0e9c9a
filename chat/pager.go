package chat

import (
	"context"
	"errors"
	"iter"
)

// Pager is a listing that reads its pages as they are asked for. It is a description and not a cursor: nothing is requested
// before it is ranged over, and it can be ranged over again, or by several goroutines at once, each from the beginning.
//
// An error ends the listing and comes last, at most once. A cancelled context ends it with the context's error.
// The reads are repeated on 408, 429, 500, 502, 503, 504 and when the connection fails.
type Pager[T any] struct {
	// fetch reads the page that token names, the first one if it is empty.
	fetch    func(ctx context.Context, token string) (Page[T], error)
	token    string
	prefetch bool
}

// Page is one page of a listing.
type Page[T any] struct {
	// Items may be empty on any page.
	Items []T
	// ContinuationToken goes on behind this page: put it into the options of the same listing, in another process if you like.
	// The other options are in it, and are ignored beside it. Empty on the last page.
	// It says what is read with the user's token, so take it from nobody who might have changed it.
	ContinuationToken string
	// Last tells that there is no page behind this one, and so no token to save.
	Last bool
}

// All ranges over the items of all pages.
func (p *Pager[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range p.Pages(ctx) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Pages ranges over the pages.
func (p *Pager[T]) Pages(ctx context.Context) iter.Seq2[Page[T], error] {
	if p.prefetch {
		return p.pagesAhead(ctx)
	}
	return p.pages(ctx)
}

// Collect reads up to limit items into a slice, and all of them if limit is 0 or less; nil if there are none. It asks for no page
// that it does not need, with Prefetch neither. With an error come the items read before it.
func (p *Pager[T]) Collect(ctx context.Context, limit int) ([]T, error) {
	var items []T
	for page, err := range p.pages(ctx) {
		if err != nil {
			return items, err
		}
		items = append(items, page.Items...)
		if limit > 0 && len(items) >= limit {
			return items[:limit:limit], nil
		}
	}
	return items, nil
}

// errPageLost: a transport for tests may end the goroutine it is called in.
var errPageLost = errors.New("chat: the goroutine that read the next page has ended")

var errCircle = errors.New("chat: the service's links to the next page lead in a circle")

func (p *Pager[T]) pages(ctx context.Context) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		links := circle{held: p.token}
		for token := p.token; ; {
			page, err := p.fetch(ctx, token)
			if !yield(page, err) || err != nil || page.Last {
				return
			}
			if links.closed(page.ContinuationToken) {
				yield(Page[T]{}, errCircle)
				return
			}
			token = page.ContinuationToken
		}
	}
}

// pagesAhead reads the next page while the caller works on this one, in a goroutine that is gone when the loop is. A panic there,
// of one of the caller's policies for example, comes out here.
func (p *Pager[T]) pagesAhead(ctx context.Context) iter.Seq2[Page[T], error] {
	type result struct {
		page     Page[T]
		err      error
		panicked any
	}
	return func(yield func(Page[T], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results, left := make(chan result), make(chan struct{})
		send := func(r result) bool {
			select {
			case results <- r:
				return true
			case <-left:
				return false
			}
		}
		go func() {
			defer close(results)
			broken := true
			defer func() {
				if broken {
					send(result{err: errPageLost, panicked: recover()})
				}
			}()
			for page, err := range p.pages(ctx) {
				if !send(result{page: page, err: err}) {
					break
				}
			}
			broken = false
		}()
		defer func() {
			close(left)
			cancel()
			for range results { // until the goroutine has closed it
			}
		}()
		for r := range results {
			if r.panicked != nil {
				panic(r.panicked)
			}
			if !yield(r.page, r.err) {
				return
			}
		}
	}
}

// circle finds links that repeat without keeping them all: Brent's algorithm, with one link held and passed on at powers of two.
type circle struct {
	held        string
	seen, limit int
}

func (c *circle) closed(link string) bool {
	if link == c.held {
		return true
	}
	if c.seen++; c.seen > c.limit {
		c.held, c.seen, c.limit = link, 0, 2*c.limit+1
	}
	return false
}
