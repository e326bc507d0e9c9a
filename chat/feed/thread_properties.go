package feed

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// readProperties reads the properties, whose changes leave no message.
func (t *thread) readProperties(ctx context.Context, r *runner) {
	client := t.client
	var read chat.ThreadProperties
	r.start(ctx, func(ctx context.Context) (err error) {
		if read, err = client.GetProperties(ctx); err != nil {
			err = endOf(ctx, client, err)
		}
		return err
	}, func(ctx context.Context, now time.Time, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return t.failed(r, &t.settings, now, err)
		}
		t.settings.failures = 0
		if err := t.deliverProperties(r, read, now); err != nil {
			return err
		}
		if t.settings.lane == nil { // it was not woken meanwhile
			t.settings.put(&r.properties, time.Now().Add(r.propertiesEvery))
		}
		return nil
	})
}

// deliverProperties yields the properties if they differ from those delivered before.
func (t *thread) deliverProperties(r *runner, read chat.ThreadProperties, now time.Time) error {
	before, hash := t.position.properties, hashOf(read)
	t.position.properties = hash
	if before == hash || before == 0 && (hash == noProperties || t.silent) {
		return nil
	}
	return t.deliver(r, Change{Event: propertiesEvent(t.client.ThreadID(), read, now)})
}
