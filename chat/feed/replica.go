package feed

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// replica is this range among those that share a store. Each has a record that it changes all the time, and all are listed under one key. One
// whose record another has seen unchanged for the lease time is declared dead by removing the record, which the dead one notices when it
// returns.
type replica struct {
	store  Store
	lease  time.Duration
	signal chan struct{} // has an element if there is something to take

	mu       sync.Mutex // guards what follows
	id       string     // "" before the record is written
	lost     bool       // it was declared dead, and has a new id
	dead     []string
	observed map[string]*observation // other replicas
	failed   error
}

// observation is the record of another replica.
type observation struct {
	text      string
	at        time.Time     // of the latest read
	unchanged time.Duration // how long the text was seen
}

// saw takes a read of the record, and reports whether it was seen unchanged for the lease time. Of the time between two reads, not more than
// an interval counts: this replica may have been suspended meanwhile, or the store may not have answered, and the other one as well.
func (o *observation) saw(text string, now time.Time, interval, lease time.Duration) bool {
	o.unchanged += min(now.Sub(o.at), interval)
	if o.text != text {
		o.unchanged = 0
	}
	o.text, o.at = text, now
	return o.unchanged >= lease
}

const (
	replicaPrefix = "replica:" // of the key of a record
	replicasKey   = "replicas" // of the list: ids with spaces between
)

// ticksPerLease is how often the record is changed, and others are observed, in a lease time.
const ticksPerLease = 6

func newReplica(store Store, lease time.Duration) *replica {
	return &replica{store: store, lease: lease, signal: make(chan struct{}, 1), observed: map[string]*observation{}}
}

// interval is the time between two changes of the record.
func (p *replica) interval() time.Duration { return p.lease / ticksPerLease }

// run keeps the record until ctx ends, and removes it then.
func (p *replica) run(ctx context.Context) {
	var id, text string
	ticker := time.NewTicker(p.interval())
	defer ticker.Stop()
	for beat := 1; ; beat++ {
		if id == "" {
			id, text = rand.Text(), ""
		}
		switch next, err := p.beat(ctx, id, text, strconv.Itoa(beat)); {
		case err != nil:
			p.note(func() { p.failed = err })
		case next == "":
			id = ""
			p.note(func() { p.id, p.lost = "", true })
			continue
		default:
			if text == "" {
				p.note(func() { p.id = id })
			}
			text = next
			p.register(ctx, id)
		}
		p.observe(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			p.leave(ctx, id, text)
			return
		}
	}
}

// beat changes the record. It returns the text that the record has now, "" if the replica was declared dead. Only this replica writes texts
// into its record: another text than the last one known is that of a beat whose answer was lost.
func (p *replica) beat(ctx context.Context, id, text, next string) (string, error) {
	if ok, err := swapped(ctx, p.store, replicaPrefix+id, text, next); ok || err != nil {
		return next, err
	}
	return p.store.Load(ctx, replicaPrefix+id)
}

// register puts the replica on the list, if it is not there, and observes the others that are. If the store fails, the next beat tries again.
func (p *replica) register(ctx context.Context, id string) {
	text, err := p.store.Load(ctx, replicasKey)
	if err != nil {
		p.note(func() { p.failed = err })
		return
	}
	ids := strings.Fields(text)
	if !slices.Contains(ids, id) {
		ids = append(ids, id)
		if ok, err := p.store.Swap(ctx, replicasKey, text, strings.Join(ids, " ")); !ok || err != nil {
			return
		}
	}
	for _, other := range ids {
		if other != id {
			p.watch(other)
		}
	}
}

// unregister takes a replica off the list. If the store fails, or another replica changes the list, a later observation tries again.
func (p *replica) unregister(ctx context.Context, id string) {
	text, err := p.store.Load(ctx, replicasKey)
	if err != nil {
		return
	}
	left := slices.DeleteFunc(strings.Fields(text), func(listed string) bool { return listed == id })
	if rest := strings.Join(left, " "); rest != text {
		_, _ = p.store.Swap(ctx, replicasKey, text, rest)
	}
}

// leave removes the record, so that others need not wait.
func (p *replica) leave(ctx context.Context, id, text string) {
	if text == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.lease)
	defer cancel()
	_, _ = p.store.Swap(ctx, replicaPrefix+id, text, "") // if it fails, others wait for the lease time
	p.unregister(ctx, id)
}

// observe reads the records of others. A failed read says nothing about them: the observation begins again.
func (p *replica) observe(ctx context.Context) {
	p.mu.Lock()
	others := make([]string, 0, len(p.observed))
	for id := range p.observed {
		others = append(others, id)
	}
	p.mu.Unlock()
	for _, id := range others {
		text, err := p.store.Load(ctx, replicaPrefix+id)
		now := time.Now()
		p.mu.Lock()
		stale := p.observed[id].saw(text, now, p.interval(), p.lease) && err == nil
		p.mu.Unlock()
		if err == nil && stale && text != "" {
			if removed, err := p.store.Swap(ctx, replicaPrefix+id, text, ""); removed && err == nil {
				text = ""
			}
		}
		if err == nil && text == "" {
			p.unregister(ctx, id)
			p.note(func() {
				delete(p.observed, id)
				p.dead = append(p.dead, id)
			})
		}
	}
}

// watch observes another replica, which is on the list or owns a thread.
func (p *replica) watch(id string) {
	p.mu.Lock()
	known := p.observed[id] != nil
	if !known {
		p.observed[id] = &observation{at: time.Now()}
	}
	p.mu.Unlock()
	if !known {
		p.note(func() {}) // the limits are divided
	}
}

// replicas returns the number of living replicas, as far as known, with this one.
func (p *replica) replicas() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 1 + len(p.observed)
}

// note changes what is guarded, and signals it.
func (p *replica) note(change func()) {
	p.mu.Lock()
	change()
	p.mu.Unlock()
	select {
	case p.signal <- struct{}{}:
	default:
	}
}

// take returns what happened since the last call, and the present id.
func (p *replica) take() (id string, lost bool, dead []string, failed error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	lost, dead, failed = p.lost, p.dead, p.failed
	p.lost, p.dead, p.failed = false, nil, nil
	return p.id, lost, dead, failed
}
