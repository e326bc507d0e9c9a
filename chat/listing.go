package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// listing is what distinguishes the four listings.
type listing struct {
	pipeline.Operation
	path     string // where its pages are
	invalid  error  // what is wrong with the arguments
	first    func(context.Context) (*http.Response, error)
	token    string
	prefetch bool
}

// newPager returns the pager of a listing: open takes a page of the wire apart, and convert converts an item.
func newPager[Wire, Item, T any](c *Client, list listing, open func(Wire) ([]Item, *string), convert func(Item) T) *Pager[T] {
	invalid := cmp.Or(list.invalid, checkToken(list.token, list.path))
	fetch := func(ctx context.Context, token string) (Page[T], error) {
		if invalid != nil {
			return Page[T]{}, invalid
		}
		send := list.first
		if token != "" {
			send = func(ctx context.Context) (*http.Response, error) { return c.pipeline.Follow(ctx, token) }
		}
		wire, err := pipeline.Call[Wire](ctx, c.pipeline, list.Operation, send)
		if err != nil {
			return Page[T]{}, err
		}
		items, nextLink := open(wire)
		if items == nil {
			return Page[T]{}, fmt.Errorf("%s: %w", list.Action, errNoList)
		}
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

var errNoList = errors.New("the response has no list")

// checkToken rejects a token that does not belong to the listing: it may have been in a browser, and its path is read with the
// token of the user.
func checkToken(token, path string) error {
	if token == "" {
		return nil
	}
	own, _, _ := strings.Cut(token, "?")
	own, err := url.PathUnescape(own)
	if err != nil || !strings.HasSuffix(own, path) || !pipeline.IsPathAndQuery(token) {
		return &ArgumentError{Name: "ContinuationToken", Reason: "does not belong to this listing"}
	}
	return nil
}
