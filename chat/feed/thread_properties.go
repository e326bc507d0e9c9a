package feed

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// readProperties reads the properties, whose changes leave no message.
func (t *thread) readProperties(ctx context.Context, r *runner) {
	client := t.client
	epoch, single := t.epoch, r.discovery == nil
	var read chat.ThreadProperties
	r.start(ctx, func(ctx context.Context) (err error) {
		if read, err = client.GetProperties(ctx); err != nil {
			err = endOf(ctx, client, single, err)
		}
		return err
	}, func(ctx context.Context, now time.Time, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case epoch != t.epoch:
			return nil
		case err != nil:
			return t.failed(r, &t.settings, now, err)
		}
		t.settings.failures = 0
		if err := t.deliverProperties(ctx, r, read, now); err != nil {
			return t.unlessLost(r, err)
		}
		if !t.caughtUp && t.walk == nil && t.messages.lane == nil { // a change of the properties was in hand
			t.messages.put(&r.urgent, now)
		}
		if t.settings.lane == nil { // it was not woken meanwhile
			t.settings.put(&r.properties, time.Now().Add(r.propertiesEvery))
		}
		return nil
	})
}

// deliverProperties yields the properties if they differ from those delivered before.
func (t *thread) deliverProperties(ctx context.Context, r *runner, read chat.ThreadProperties, now time.Time) error {
	before, hash := t.position.properties, hashOf(read)
	t.position.properties = hash
	if before == hash || before == 0 && (hash == noProperties || t.silent) {
		return t.settleIdle(ctx, r)
	}
	if err := t.deliver(ctx, r, Change{Event: propertiesEvent(t.client.ThreadID(), read, now)}); err != nil {
		return err
	}
	return t.settleIdle(ctx, r)
}

// settleIdle is settle, unless messages are being delivered.
func (t *thread) settleIdle(ctx context.Context, r *runner) error {
	if t.walk != nil && !t.walk.down {
		return nil
	}
	return t.settle(ctx, r)
}
