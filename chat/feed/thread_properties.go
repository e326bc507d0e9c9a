package feed

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// readProperties reads the properties, whose changes leave no message. There is one read at a time, so that none yields older properties than
// the one before.
func (t *thread) readProperties(ctx context.Context, r *runner) {
	client, single := t.client, r.discovery == nil
	t.settings.again = false
	var read chat.ThreadProperties
	t.call(ctx, r, &t.settings, func(ctx context.Context) (err error) {
		if read, err = client.GetProperties(ctx); err != nil {
			err = endOf(ctx, client, single, err)
		}
		return err
	}, func(ctx context.Context, now time.Time, err error) error {
		if err != nil {
			return t.failed(ctx, r, &t.settings, now, err)
		}
		t.settings.failures = 0
		if err := t.deliverProperties(ctx, r, read, now); err != nil {
			return t.unlessLost(r, err)
		}
		if t.messages.lane == nil && !t.messages.calling { // the messages have waited for the properties
			t.messages.put(&r.urgent, latest(now, t.lastCall.Add(r.listSpacing)))
		}
		next := time.Now()
		if !t.settings.again {
			next = next.Add(r.propertiesEvery)
		}
		t.settings.put(&r.properties, next)
		return nil
	})
}

// deliverProperties yields the properties if they differ from those delivered before.
func (t *thread) deliverProperties(ctx context.Context, r *runner, read chat.ThreadProperties, now time.Time) error {
	before, hash := t.position.properties, hashOf(read)
	t.position.properties = hash
	if before == hash || before == 0 && (hash == noProperties || r.isBaseline(read)) {
		return t.settle(ctx, r)
	}
	if err := t.deliver(ctx, r, Change{Event: propertiesEvent(t.client.ThreadID(), read, now)}); err != nil {
		return err
	}
	return t.settle(ctx, r)
}

// isBaseline reports whether the first properties of a thread are no change: the range begins now, and the thread was there.
func (r *runner) isBaseline(p chat.ThreadProperties) bool {
	if r.options.From != Now || r.discovery == nil {
		return r.options.From == Now
	}
	start, err := r.discovery.from.position("")
	return err == nil && p.CreatedOn.UnixMilli() <= start.floor
}

// needsBaseline reports whether the properties must be read before changes are delivered: each cursor has those that the range began with. With
// [WatchAll], where reading them takes minutes, the messages do not wait.
func (t *thread) needsBaseline(r *runner) bool {
	return r.options.From == Now && r.discovery == nil && t.position.properties == 0
}
