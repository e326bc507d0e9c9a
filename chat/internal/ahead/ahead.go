// Package ahead runs a sequence one step ahead of the loop over it.
package ahead

import (
	"context"
	"errors"
	"iter"
)

// errLost is needed because a test transport may end the goroutine that calls it.
var errLost = errors.New("chat: the goroutine that read the next page has ended")

// Of returns a sequence that computes the next element of seq while the loop handles the current one, in a goroutine that ends
// before the loop does. The context of seq ends with the loop. A panic in the goroutine, of a policy for example, is raised again
// in the loop.
func Of[T any](ctx context.Context, seq func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	type result struct {
		value    T
		err      error
		panicked any
	}
	return func(yield func(T, error) bool) {
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
					send(result{err: errLost, panicked: recover()})
				}
			}()
			for value, err := range seq(ctx) {
				if !send(result{value: value, err: err}) {
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
			if !yield(r.value, r.err) {
				return
			}
		}
	}
}
