package feed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// database is where the replicas commit their work, each change with its cursor.
type database struct {
	mu       sync.Mutex // guards what follows
	changes  map[string][]feed.Change
	since    time.Time       // the start of the run
	lags     []time.Duration // of messages since
	repeated int
}

// commit stores a change, unless it was stored by a replica that died before it could say so.
func (d *database) commit(c feed.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := c.EventHeader().ThreadID
	if known := d.changes[id]; len(known) > 0 && known[len(known)-1].Cursor == c.Cursor {
		d.repeated++
		return
	}
	d.changes[id] = append(d.changes[id], c)
	if c.Message != nil && c.EventHeader().Time.After(d.since) {
		d.lags = append(d.lags, time.Since(c.EventHeader().Time))
	}
}

// modelReplica is one process.
type modelReplica struct {
	store  *fragile
	cancel context.CancelFunc
	done   chan struct{}
	died   time.Time // zero while it lives
	dies   chan bool // the loop ends at the next change, before or after its commit

	calm  time.Time // since when there was no outage, until it is ready
	ready bool      // it has had the time to list the threads
}

// noteReady makes a replica ready that has had half a minute without an outage.
func (p *modelReplica) noteReady(now time.Time, outage bool) {
	if outage && !p.ready {
		p.calm = now
	}
	p.ready = p.ready || now.Sub(p.calm) > 30*time.Second
}

// oneOf returns a random replica, if one of the others is ready to take over.
func oneOf(replicas []*modelReplica, random *rand.Rand) (int, bool) {
	i := random.IntN(len(replicas))
	for j, other := range replicas {
		if i != j && other.ready {
			return i, true
		}
	}
	return 0, false
}

// startReplica starts a process that reads all threads of the reader into the database.
func (m *model) startReplica(store feed.Store, w *weather, channel <-chan events.Event, d *database) *modelReplica {
	GinkgoHelper()
	p := &modelReplica{store: &fragile{Store: store}, done: make(chan struct{}), dies: make(chan bool, 1), calm: time.Now()}
	options := m.service.ClientOptions()
	options.Transport = &transport{w, p}
	client, err := chat.NewClient(m.service.Endpoint(), m.service.Credential(m.reader), options)
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go func() {
		defer GinkgoRecover()
		defer close(p.done)
		defer client.Close()
		var listener *realtime.Listener
		for listener == nil && ctx.Err() == nil { // the service may be out
			if listener, err = realtime.Listen(ctx, client, nil); err != nil {
				time.Sleep(5 * time.Second)
			}
		}
		if listener == nil {
			return
		}
		defer listener.Close()
		for change, err := range feed.WatchAll(ctx, client, &feed.Options{Store: p.store, Listener: listener, Events: channel}) {
			if err != nil {
				Expect(err).To(MatchError(context.Canceled))
				return
			}
			select {
			case committed := <-p.dies:
				p.store.down.Store(true)
				if committed {
					d.commit(change)
				}
				return
			default:
				d.commit(change)
			}
		}
	}()
	return p
}

// kill ends the process without a goodbye: in the middle of the next change if there is one soon, or while it waits.
func (p *modelReplica) kill(committed bool, patience time.Duration) {
	p.died = time.Now()
	p.dies <- committed
	select {
	case <-p.done:
	case <-time.After(patience):
		p.store.down.Store(true)
		p.cancel()
		<-p.done
	}
	p.cancel()
}

// restart is what a failed call of the store may add to a takeover: the observation of the dead replica begins again, and takes the lease time
// of five seconds and an interval.
const restart = 6 * time.Second

// runModel runs the model, and returns its figures and what was written.
func runModel(random *rand.Rand, size modelSize) (string, *model) {
	GinkgoHelper()
	service, err := chattest.Open(api.Watch(nil))
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(service.Close()).To(Succeed()) }()
	w := &weather{
		service: service, random: rand.New(rand.NewPCG(random.Uint64(), 1)), late: map[string]lateMessage{},
		starts: map[string][]modelRead{}, reads: map[readKey][]modelRead{},
	}
	m := newModel(random, service, w, size)
	service.Fail(chattest.DeliverEvent, chattest.Fault{Nth: 3, Every: 10, LoseEvent: true})
	service.Fail(chattest.DeliverEvent, chattest.Fault{Nth: 5, Every: 9, DuplicateEvent: true})
	service.Fail(chattest.DeliverEvent, chattest.Fault{Nth: 7, Every: 8, ReorderEvent: true})
	store, d := &feed.MemoryStore{}, &database{changes: map[string][]feed.Change{}, since: time.Now()}
	failing := &failingStore{Store: store, random: rand.New(rand.NewPCG(random.Uint64(), 2))}
	webhook := newWebhook(service, 3)
	start := func(i int) *modelReplica { return m.startReplica(failing, w, webhook.channels[i], d) }
	replicas := []*modelReplica{start(0), start(1), start(2)}

	var takeovers []time.Duration
	outages, kills, longest := 0, 0, time.Duration(0)
	after := func(d time.Duration) time.Time { return time.Now().Add(d/2 + time.Duration(random.Int64N(int64(d)))) }
	end, nextKill, nextOutage, nextDrop, nextAway := time.Now().Add(size.time), after(size.calm/4), after(size.calm), after(size.calm), after(size.calm)
	erased, lastThread := time.Now().Add(size.time*3/4), m.threads[len(m.threads)-2]
	var away *modelThread
	var outageEnds time.Time
	for time.Now().Before(end) {
		time.Sleep(time.Duration(random.Int64N(int64(2 * size.pause))))
		m.write()
		now := time.Now()
		for _, p := range replicas {
			p.noteReady(now, !outageEnds.IsZero())
		}
		i, mayKill := oneOf(replicas, random)
		switch {
		case mayKill && now.After(nextKill):
			kills++
			replicas[i].kill(random.IntN(2) > 0, 5*time.Second)
			failedBefore := failing.failures()
			if took := takeover(store, m, replicas[i].store.replicaKey()); took > 0 {
				takeovers = append(takeovers, took)
				longest = max(longest, took-restart*time.Duration(failing.failures()-failedBefore))
			}
			time.Sleep(time.Duration(random.Int64N(int64(30 * time.Second))))
			replicas[i] = start(i)
			nextKill = after(size.calm / 4)
		case !outageEnds.IsZero() && now.After(outageEnds):
			w.setOutage(false)
			outageEnds = time.Time{}
			nextOutage = after(size.calm)
		case outageEnds.IsZero() && now.After(nextOutage):
			outages++
			w.setOutage(true)
			outageEnds = now.Add(time.Duration(random.Int64N(int64(longestOutage))))
		case now.After(nextAway):
			if away == nil {
				away = m.threads[len(m.threads)/2+random.IntN(len(m.threads)/4)]
				m.turnAway(away)
				nextAway = now.Add(time.Duration(random.Int64N(int64(5 * time.Minute))))
				break
			}
			m.turnAway(away)
			away, nextAway = nil, after(size.calm)
		case lastThread.deleted.IsZero() && now.After(erased):
			m.erase(lastThread)
		case now.After(nextDrop):
			service.DropConnections(m.reader)
			nextDrop = after(size.calm)
		}
	}
	w.setOutage(false)
	if away != nil {
		m.turnAway(away)
	}
	time.Sleep(10 * time.Minute) // everything is read
	for _, p := range replicas {
		p.cancel()
		<-p.done
	}
	written, yielded, replaced, metadata := m.compare(d)
	Expect(longest).To(BeNumerically("<", 10*time.Second), "takeover, without what failed calls have added")
	Expect(kills).To(BeNumerically(">", 0))
	Expect(outages).To(BeNumerically(">", 0))

	var s strings.Builder
	line := func(name, format string, a ...any) {
		fmt.Fprintf(&s, "  %-25s "+format+"\n", append([]any{name}, a...)...)
	}
	line("virtual time", "%v, %d threads, %d users", size.time, size.threads, size.users)
	line("writes", "%v", m.writes)
	line("versions written", "%d", written)
	line("versions yielded", "%d", yielded)
	line("replaced before a read", "%d", replaced)
	line("metadata yielded", "%d of %d", metadata, m.writes["metadata"])
	line("in hand, yielded again", "%d", d.repeated)
	line("missing, twice, misplaced", "%d, %d, %d", len(m.missing), len(m.twice), len(m.misplaced))
	line("lag", "median %v, 99th percentile %v, most %v", percentile(d.lags, 50), percentile(d.lags, 99), percentile(d.lags, 100))
	line("kills", "%d, %d of owners, takeover median %v, most %v", kills, len(takeovers), percentile(takeovers, 50), percentile(takeovers, 100))
	line("outages", "%d", outages)
	line("late, as yielded", "%d", m.late)
	line("store", "%d calls failed", failing.failures())
	line("events of the webhook", "%d", webhook.received)
	line("calls", "%d (%.1f a minute), %d throttled, %d lost", w.calls, float64(w.calls)/size.time.Minutes(), w.throttled, w.lost)
	return s.String(), m
}
