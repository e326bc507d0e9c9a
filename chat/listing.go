package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

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

// wirePage is a page of any listing.
type wirePage[Item any] struct {
	Value    []Item `json:"value"`
	NextLink string `json:"nextLink"`
}

// hasList reports whether the response had a list. The decoder leaves the room for one as it is, unless it reads a list: an empty one
// has no capacity.
func (p wirePage[Item]) hasList() bool {
	return p.Value != nil && (len(p.Value) > 0 || cap(p.Value) == 0)
}

// newPager returns the pager of a listing. convert converts an item of a page.
func newPager[Item, T any](c *Client, list listing, convert func(Item) T) *Pager[T] {
	invalid := cmp.Or(list.invalid, checkToken(list.token, list.path))
	var room atomic.Int64 // for the items of the next page: to grow a list costs a tenth of decoding it
	fetch := func(ctx context.Context, token string) (Page[T], error) {
		if invalid != nil {
			return Page[T]{}, invalid
		}
		send := list.first
		if token != "" {
			send = func(ctx context.Context) (*http.Response, error) { return c.pipeline.Follow(ctx, token) }
		}
		var wire wirePage[Item]
		if n := room.Load(); n > 0 {
			wire.Value = make([]Item, 0, n)
		}
		if err := c.pipeline.CallInto(ctx, list.Operation, &wire, send); err != nil {
			return Page[T]{}, err
		}
		if !wire.hasList() {
			return Page[T]{}, fmt.Errorf("%s: %w", list.Action, errNoList)
		}
		room.Store(int64(len(wire.Value)))
		page := Page[T]{Items: make([]T, len(wire.Value)), Last: true}
		for i, item := range wire.Value {
			page.Items[i] = convert(item)
		}
		if wire.NextLink != "" {
			page.ContinuationToken, page.Last = pipeline.PathAndQuery(wire.NextLink), false
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
	if err != nil || !strings.HasSuffix(own, path) || !pipeline.IsPathAndQuery(token) || pipeline.PathAndQuery(token) != token {
		return &ArgumentError{Name: "ContinuationToken", Reason: "does not belong to this listing"}
	}
	return nil
}
