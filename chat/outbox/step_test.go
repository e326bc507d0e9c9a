package outbox_test

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

var _ = Describe("A worker on Postgres", func() {
	// send sends some messages with a worker whose connections have settings of their own, and returns the number of batches of statements.
	send := func(ctx context.Context, n int, set func(*pgx.ConnConfig)) (batches int) {
		GinkgoHelper()
		d, r := newPostgres(), newRoom(1)
		config, err := pgxpool.ParseConfig(d.source)
		Expect(err).NotTo(HaveOccurred())
		counter := &batchCounter{}
		config.ConnConfig.Tracer = counter
		set(config.ConnConfig)
		pool, err := pgxpool.NewWithConfig(ctx, config)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(pool.Close)
		box, err := outbox.NewPostgres(pool)
		Expect(err).NotTo(HaveOccurred())

		load(ctx, d, r, n)
		stop := start(ctx, newWorker(&database[pgx.Tx]{Outbox: box}, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal(numbered(n)))
		return int(counter.batches.Load())
	}

	It("takes one round trip to the database from a message to the next one", func(ctx SpecContext) {
		const n = 50
		Expect(send(ctx, n, func(*pgx.ConnConfig) {})).To(Equal(n+1), "the last one finds no message")
	})

	DescribeTable("works with each mode of pgx to execute statements", func(ctx SpecContext, mode pgx.QueryExecMode) {
		send(ctx, 5, func(c *pgx.ConnConfig) { c.DefaultQueryExecMode = mode })
	},
		Entry(nil, pgx.QueryExecModeCacheStatement),
		Entry(nil, pgx.QueryExecModeCacheDescribe),
		Entry(nil, pgx.QueryExecModeDescribeExec),
		Entry(nil, pgx.QueryExecModeExec),
		Entry(nil, pgx.QueryExecModeSimpleProtocol),
	)

	DescribeTable("works with each isolation level that may be the default", func(ctx SpecContext, level string) {
		send(ctx, 5, func(c *pgx.ConnConfig) { c.RuntimeParams["default_transaction_isolation"] = level })
	},
		Entry(nil, "repeatable read"),
		Entry(nil, "serializable"),
	)
})

// batchCounter counts the batches of statements that change messages.
type batchCounter struct{ batches atomic.Int32 }

func (c *batchCounter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.batches.Add(1)
	return ctx
}
func (*batchCounter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (*batchCounter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

func (*batchCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}
func (*batchCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
