package pipeline

import (
	"context"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// The callback that fetches a token has a context of its own, since calls share the token. Its origin is the context of the call that
// needs the token: the parent of its spans is there. Nothing else is taken from it, and it is not visible to the callback.

type originKey struct{}

// originOf returns the origin of a context, nil if there is none.
func originOf(ctx context.Context) context.Context {
	origin, _ := ctx.Value(originKey{}).(context.Context)
	return origin
}

// Covers reports whether a context is that of a watched call, or of one on which a watched call waits.
func (w *Watch) Covers(ctx context.Context) bool {
	for ; ctx != nil; ctx = originOf(ctx) {
		if watched, ok := ctx.Value(watchKey{}).(*Watch); ok && watched == w {
			return true
		}
	}
	return false
}

// startSpan starts the span of a call. If ctx has no span, its parent is the one in the origin.
func (s *shared) startSpan(ctx context.Context, name string) (context.Context, func(error)) {
	if !s.tracer.Enabled() {
		return ctx, func(error) {}
	}
	origin := originOf(ctx)
	if origin == nil {
		return runtime.StartSpan(ctx, name, s.tracer, nil)
	}
	both := &originContext{Context: ctx, origin: origin}
	ctx, end := runtime.StartSpan(both, name, s.tracer, nil)
	both.started.Store(true)
	return ctx, end
}

// originContext shows the values of the origin to the tracer that starts a span.
type originContext struct {
	context.Context
	origin  context.Context
	started atomic.Bool
}

// Value does not return what azcore keeps of the span in the origin: azcore would start no span.
func (c *originContext) Value(key any) any {
	value := c.Context.Value(key)
	if value != nil || c.started.Load() {
		return value
	}
	value = c.origin.Value(key)
	if _, ok := value.(tracing.SpanKind); ok {
		return nil
	}
	return value
}
