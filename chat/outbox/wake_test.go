package outbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

// race enqueues a first message for each of many threads, and in another transaction a last one that commits while the job of the thread ends.
type race struct {
	threads, callers int
	spread           time.Duration // until the last message is enqueued, and until it is committed
	open             time.Duration // how long the transaction of each hundredth thread stays open
}

func runRace[Tx any](ctx context.Context, d *database[Tx], r *room, c race) {
	var all sync.WaitGroup
	work := make(chan int)
	for range c.callers {
		all.Go(func() {
			defer GinkgoRecover()
			for i := range work {
				first, last := r.message(0, "first"), r.message(0, "last")
				first.ThreadID, last.ThreadID = fmt.Sprint("19:no-thread-", i), fmt.Sprint("19:no-thread-", i)
				put(ctx, d, first)
				time.Sleep(rand.N(c.spread))
				Expect(outbox.InTx(ctx, d.Outbox, func(tx Tx) error {
					if err := d.Enqueue(ctx, tx, last); err != nil {
						return err
					}
					if i%100 == 50 {
						time.Sleep(c.open)
					}
					time.Sleep(rand.N(c.spread))
					return nil
				})).To(Succeed())
			}
		})
	}
	for i := range c.threads {
		work <- i
	}
	close(work)
	all.Wait()
}

// The threads of these specs do not exist, so that the service refuses each message at once.
var _ = Describe("The end of the job of a thread", func() {
	It("loses no message on Postgres that commits meanwhile", func(ctx SpecContext) {
		const threads = 2000
		d, r := newPostgres(), newRoom(1)
		stop := start(ctx, newWorker(d, r, quick()))
		runRace(ctx, openPostgres(d.source), r, race{threads, 20, 80 * time.Millisecond, 3 * time.Second})
		Expect(strays(ctx, d, time.Minute)).To(BeZero())
		Expect(stop()).To(Succeed())
		Expect(d.Counts(ctx)).To(Equal(map[outbox.State]int{outbox.Failed: 2 * threads}))
	})

	It("would lose messages on Postgres in the wrong order, so that the spec above can fail", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(1)
		w := newWorker(d, r, quick())
		outbox.LookFirst(w)
		stop := start(ctx, w)
		const threads = 20
		callers := openPostgres(d.source) // the waiting jobs may have every connection of the other pool
		tx, commit, _, err := outbox.Begin(ctx, callers.Outbox)
		Expect(err).NotTo(HaveOccurred())
		for i := range threads {
			first, last := r.message(0, "first"), r.message(0, "last")
			first.ThreadID, last.ThreadID = fmt.Sprint("19:no-thread-", i), fmt.Sprint("19:no-thread-", i)
			put(ctx, callers, first)
			Expect(callers.Enqueue(ctx, tx, last)).To(Succeed())
		}
		Eventually(func() (int64, error) {
			return outbox.Value(ctx, callers.Outbox, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
				AND query LIKE 'SELECT awake %' AND application_name = current_setting('application_name')`)
		}).Should(BeNumerically(">", 3))
		Expect(commit()).To(Succeed())
		lost := strays(ctx, d, 3*time.Second)
		AddReportEntry("lost with the wrong order, of 20", lost)
		Expect(lost).To(BeNumerically(">", 0))
		Expect(stop()).To(Succeed())
	})

	It("loses no message on SQLite that commits meanwhile", func(ctx SpecContext) {
		d, r := newSQLite(), newRoom(1)
		stop := start(ctx, newWorker(d, r, quick()))
		runRace(ctx, d, r, race{100, 2, 4 * time.Millisecond, 100 * time.Millisecond})
		Expect(strays(ctx, d, time.Minute)).To(BeZero())
		Expect(stop()).To(Succeed())
	})
})

var _ = Describe("A transaction of a caller that stays open on Postgres", func() { holdsNothing[pgx.Tx](newPostgres) })
var _ = Describe("A transaction of a caller that stays open on Postgres over database/sql", func() { holdsNothing[*sql.Tx](newDatabaseSQL) })

func holdsNothing[Tx any](open func() *database[Tx]) {
	It("delays neither other threads nor what is committed for its own, even with one slot", func(ctx SpecContext) {
		d, r := open(), newRoom(3)
		options := quick()
		options.Threads = 1
		stop := start(ctx, newWorker(d, r, options))
		put(ctx, d, r.message(0, "a"), r.message(1, "a"))
		settled(ctx, d)

		tx, commit, _, err := outbox.Begin(ctx, d.Outbox)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Enqueue(ctx, tx, r.message(0, "c"))).To(Succeed())
		Expect(d.Enqueue(ctx, tx, r.message(2, "c"))).To(Succeed())
		put(ctx, d, r.message(1, "b"))
		settled(ctx, d)
		Expect(r.texts(1)).To(Equal([]string{"a", "b"}))
		Expect(commit()).To(Succeed())
		settled(ctx, d)

		for _, key := range numbered(50) {
			put(ctx, d, r.message(0, key))
		}
		tx, commit, _, err = outbox.Begin(ctx, d.Outbox)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Enqueue(ctx, tx, r.message(0, "last"))).To(Succeed())
		settled(ctx, d)
		Expect(r.texts(0)).To(HaveLen(52))
		put(ctx, d, r.message(1, "d")) // while the end of the thread's job waits
		settled(ctx, d)
		Expect(commit()).To(Succeed())
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal(append([]string{"a", "c"}, append(numbered(50), "last")...)))
		Expect(r.texts(2)).To(Equal([]string{"c"}))
	})
}
