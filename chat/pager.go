package chat

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/acschat/acs-chat-go/chat/internal/ahead"
	"github.com/acschat/acs-chat-go/chat/internal/links"
)

// Pager is a listing that requests its pages as needed. It describes the listing and holds no position: creating one sends no
// request, and each range starts at the beginning, also in several goroutines at the same time.
//
// An error ends the listing: it is the last value, with no item. A listing fails after 1,000 empty pages in a row. Among the errors
// is an [*ArgumentError] for a Skip or PageSize that is negative or exceeds 2147483647, and for a ContinuationToken of another listing.
//
// The zero value is not usable; the methods that list something return a Pager.
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
	// ContinuationToken resumes the listing after this page, also in another process; the other options are then ignored. It is
	// empty on the last page. It determines what is read with the token of the user: do not accept it from untrusted sources.
	ContinuationToken string
	// Last reports whether this is the last page.
	Last bool
}

// All returns an iterator over the items of all pages.
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

// Pages returns an iterator over the pages.
func (p *Pager[T]) Pages(ctx context.Context) iter.Seq2[Page[T], error] {
	if p.prefetch {
		return ahead.Of(ctx, p.pages)
	}
	return p.pages(ctx)
}

// Collect returns up to limit items, or all of them if limit is 0 or less, and nil if there are none. It requests only the pages
// that it needs, even with Prefetch. If there is an error, it also returns the items read before.
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

var errCircle = errors.New("chat: the links to the next page form a cycle")

const maxEmptyPages = 1000

var errEmptyPages = fmt.Errorf("chat: the last %d pages were empty, and another one follows", maxEmptyPages)

func (p *Pager[T]) pages(ctx context.Context) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		circle, empty := links.From(p.token), 0
		for token := p.token; ; {
			page, err := p.fetch(ctx, token)
			if empty++; len(page.Items) > 0 {
				empty = 0
			}
			if !yield(page, err) || err != nil || page.Last {
				return
			}
			if circle.Closed(page.ContinuationToken) {
				yield(Page[T]{}, errCircle)
				return
			}
			if empty == maxEmptyPages {
				yield(Page[T]{}, errEmptyPages)
				return
			}
			token = page.ContinuationToken
		}
	}
}
