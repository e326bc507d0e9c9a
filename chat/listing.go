package chat

import (
	"context"
	"errors"
	"net/http"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// listing is what the four listings differ in.
type listing struct {
	pipeline.Operation
	check    func() error
	first    func(context.Context) (*http.Response, error)
	token    string
	prefetch bool
}

// listing fills in what the listings of a thread share.
func (t *ThreadClient) listing(op pipeline.Operation, pageSize, skip int) listing {
	return listing{Operation: op, check: func() error {
		return errors.Join(t.check(), checkCount("PageSize", pageSize), checkCount("Skip", skip))
	}}
}

// newPager makes the pager of a listing: open takes a page of the wire apart, convert turns an item into the caller's.
func newPager[Wire, Item, T any](c *Client, list listing, open func(Wire) ([]Item, *string), convert func(Item) T) *Pager[T] {
	fetch := func(ctx context.Context, token string) (Page[T], error) {
		if err := list.check(); err != nil {
			return Page[T]{}, err
		}
		send := list.first
		if token != "" {
			send = func(ctx context.Context) (*http.Response, error) { return c.pipeline.Follow(ctx, token) }
		}
		wire, err := pipeline.Call[Wire](ctx, c.pipeline, list.Operation, send)
		if errors.Is(err, pipeline.ErrLink) && token == list.token {
			err = &ArgumentError{Name: "ContinuationToken", Reason: "is not one that a page has given"}
		}
		if err != nil {
			return Page[T]{}, err
		}
		items, nextLink := open(wire)
		page := Page[T]{Items: make([]T, len(items)), Last: true}
		for i, item := range items {
			page.Items[i] = convert(item)
		}
		if nextLink != nil && *nextLink != "" {
			page.ContinuationToken, page.Last = pipeline.PathAndQuery(*nextLink), false
		}
		return page, nil
	}
	return &Pager[T]{fetch: fetch, token: list.token, prefetch: list.prefetch}
}
