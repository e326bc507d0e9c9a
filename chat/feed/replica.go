package feed

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"time"
)

// replica is this range among those that share a store. Each has a record that it changes all the time; one whose record another has seen
// unchanged for the lease time is declared dead by removing the record, which the dead one notices when it returns.
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

// observation is the record of another replica, as seen since a time.
type observation struct {
	text  string
	since time.Time
}

const replicaPrefix = "replica:"

// ticksPerLease is how often the record is changed, and others are observed, in a lease time.
const ticksPerLease = 6

func newReplica(store Store, lease time.Duration) *replica {
	return &replica{store: store, lease: lease, signal: make(chan struct{}, 1), observed: map[string]*observation{}}
}

// run keeps the record until ctx ends, and removes it then.
func (p *replica) run(ctx context.Context) {
	var id, text string
	ticker := time.NewTicker(p.lease / ticksPerLease)
	defer ticker.Stop()
	for beat := 1; ; beat++ {
		if id == "" {
			id, text = rand.Text(), ""
		}
		next := strconv.Itoa(beat)
		switch ok, err := swapped(ctx, p.store, replicaPrefix+id, text, next); {
		case err != nil:
			p.note(func() { p.failed = err })
		case ok:
			if text == "" {
				p.note(func() { p.id = id })
			}
			text = next
		default:
			id = ""
			p.note(func() { p.id, p.lost = "", true })
			continue
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

// leave removes the record, so that others need not wait.
func (p *replica) leave(ctx context.Context, id, text string) {
	if text == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.lease)
	defer cancel()
	_, _ = p.store.Swap(ctx, replicaPrefix+id, text, "") // if it fails, others wait for the lease time
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
		o := p.observed[id]
		stale := err == nil && o.text == text && now.Sub(o.since) >= p.lease
		if err != nil || o.text != text {
			o.text, o.since = text, now
		}
		p.mu.Unlock()
		if err == nil && stale && text != "" {
			if removed, err := p.store.Swap(ctx, replicaPrefix+id, text, ""); removed && err == nil {
				text = ""
			}
		}
		if err == nil && text == "" {
			p.note(func() {
				delete(p.observed, id)
				p.dead = append(p.dead, id)
			})
		}
	}
}

// watch observes another replica, which owns a thread.
func (p *replica) watch(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.observed[id] == nil {
		p.observed[id] = &observation{since: time.Now()}
	}
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
