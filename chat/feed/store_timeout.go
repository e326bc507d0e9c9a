package feed

import (
	"context"
	"time"
)

// timely is a store whose calls end after a while: one that hangs, on a connection that is dead for example, fails and is repeated.
type timely struct {
	Store

	limit time.Duration
}

// Load implements [Store].
func (s timely) Load(ctx context.Context, key string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	return s.Store.Load(ctx, key)
}

// Swap implements [Store].
func (s timely) Swap(ctx context.Context, key, old, replacement string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	return s.Store.Swap(ctx, key, old, replacement)
}
