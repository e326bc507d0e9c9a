package chattest

import (
	"slices"
	"sync"
)

// The limits of a history: its items, and the bytes of all items.
const (
	maxRemembered      = 10_000
	maxRememberedBytes = 64 << 20
)

// history keeps the latest items in their order.
type history[T interface{ size() int }] struct {
	mu    sync.Mutex // guards items and bytes
	items []T
	bytes int
}

// add appends an item, and returns the oldest ones that it removes to stay within the limits.
func (h *history[T]) add(item T) (removed []T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items = append(h.items, item)
	h.bytes += item.size()
	for len(h.items) > maxRemembered || h.bytes > maxRememberedBytes {
		h.bytes -= h.items[0].size()
		removed = append(removed, h.items[0])
		var none T
		h.items[0] = none
		h.items = h.items[1:]
	}
	return removed
}

// all returns a copy of the items.
func (h *history[T]) all() []T {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.items)
}

// first returns the first item that is found, or the zero value.
func (h *history[T]) first(isFound func(T) bool) (item T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := slices.IndexFunc(h.items, isFound); at >= 0 {
		item = h.items[at]
	}
	return item
}

func (h *history[T]) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items, h.bytes = nil, 0
}

// keep removes the items that are not kept.
func (h *history[T]) keep(isKept func(T) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items = slices.DeleteFunc(slices.Clone(h.items), func(item T) bool { return !isKept(item) })
	h.bytes = 0
	for _, item := range h.items {
		h.bytes += item.size()
	}
}
