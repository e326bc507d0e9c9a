package redislimits

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// call is a call of Redis. It ends for its caller with the context or the timeout. Whether go-redis returns then depends on options of
// the client, such as ContextTimeoutEnabled.
type call struct {
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when go-redis has returned
	result *redis.Cmd    // valid after done
}

func startCall(ctx context.Context, timeout time.Duration, do func(context.Context) *redis.Cmd) *call {
	c := &call{done: make(chan struct{})}
	c.ctx, c.cancel = context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no reply within %v", timeout))
	go func() {
		defer close(c.done)
		c.result = do(c.ctx)
	}()
	return c
}

// wait returns the result, or at the end of the context or the timeout one with the reason. It is called once.
func (c *call) wait() *redis.Cmd {
	defer c.cancel()
	select {
	case <-c.done:
		if c.result.Err() == nil || c.ctx.Err() == nil {
			return c.result
		}
	case <-c.ctx.Done():
	}
	failed := redis.NewCmd(c.ctx)
	failed.SetErr(context.Cause(c.ctx))
	return failed
}
