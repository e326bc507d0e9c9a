package outbox_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// clocked is a database on Postgres whose clock can be set: its schema has functions that come before those of Postgres.
type clocked struct{ *database[pgx.Tx] }

func newClocked(ctx context.Context) *clocked {
	GinkgoHelper()
	u, err := url.Parse(newSchema())
	Expect(err).NotTo(HaveOccurred())
	query := u.Query()
	query.Set("search_path", query.Get("search_path")+",pg_catalog")
	u.RawQuery = query.Encode()
	conn, err := pgx.Connect(ctx, u.String())
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(conn.Close(ctx)).To(Succeed()) }()
	_, err = conn.Exec(ctx, `CREATE TABLE clock (ahead interval NOT NULL);
		INSERT INTO clock VALUES ('0');
		CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM clock';
		CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT pg_catalog.now() + ahead FROM clock'`)
	Expect(err).NotTo(HaveOccurred())
	return &clocked{migrated(openPostgres(u.String()))}
}

// set makes the clock differ from that of this machine.
func (c *clocked) set(ctx context.Context, ahead time.Duration) {
	GinkgoHelper()
	c.exec(ctx, "UPDATE clock SET ahead = make_interval(secs => $1)", ahead.Seconds())
}

// exec changes one row.
func (c *clocked) exec(ctx context.Context, statement string, args ...any) {
	GinkgoHelper()
	changes(ctx, c.database, statement, args...)
}

var _ = Describe("A message that may have been sent, if the clock of the database was set back since,", func() {
	const passed = 10 * time.Minute // more than the margin of the search

	It("is found, if the clock is slow now", func(ctx SpecContext) {
		d, r := newClocked(ctx), newRoom(1)
		put(ctx, d.database, r.message(0, "a"))
		own := r.Client(r.user).ThreadClient(r.threads[0])
		_, err := own.SendMessage(ctx, "a", &chat.SendMessageOptions{Metadata: map[string]string{chat.OnceKeyMember: "a"}})
		Expect(err).NotTo(HaveOccurred())
		r.Advance(passed)
		d.exec(ctx, "UPDATE chat_outbox_message SET first_attempt = $1", time.Now().Add(-passed).UnixMicro())
		d.set(ctx, -time.Hour)
		stop := start(ctx, newWorker(d.database, r, quick()))
		settled(ctx, d.database)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
	})

	It("is found, if the clock was fast before", func(ctx SpecContext) {
		d, r := newClocked(ctx), newRoom(1)
		d.set(ctx, time.Hour)
		r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
		list := r.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusTeapot, Times: -1})
		put(ctx, d.database, r.message(0, "a"))
		stop := start(ctx, newWorker(d.database, r, quick()))
		Eventually(func() (any, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).Should(HaveField("Failures", BeNumerically(">", 0)))
		Expect(stop()).To(Succeed())
		list.Remove()
		r.Advance(passed)
		d.exec(ctx, "UPDATE chat_outbox_message SET not_before = 0, first_attempt = first_attempt - $1", passed.Microseconds())
		d.set(ctx, 0)
		stop = start(ctx, newWorker(d.database, r, quick()))
		settled(ctx, d.database)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
	})
})

var _ = Describe("The clock of the database", func() {
	It("may differ from that of the machine of the worker, whose waits are not longer then", func(ctx SpecContext) {
		d, r := newClocked(ctx), newRoom(1)
		d.set(ctx, -time.Hour)
		r.fleet = newFleet(r.address, (&failingMint{times: 2}).wrap(r.Token(r.user, time.Hour, "chat")))
		put(ctx, d.database, r.message(0, "a"), r.message(0, "b"))
		options := quick()
		options.Patience = time.Millisecond // the job is snoozed
		stop := start(ctx, newWorker(d.database, r, options))
		settled(ctx, d.database)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
	})
})

var _ = Describe("A clock that was set back on SQLite", func() { blocksNoThread[*sql.Tx](newSQLite) })
var _ = Describe("A clock that was set back on Postgres", func() { blocksNoThread[pgx.Tx](newPostgres) })

func blocksNoThread[Tx any](open func() *database[Tx]) {
	It("does not keep a message waiting whose next attempt has a time of before", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		put(ctx, d, r.message(0, "a"))
		changes(ctx, d, "UPDATE chat_outbox_message SET not_before = $1", time.Now().Add(time.Hour).UnixMicro())
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
	})

	DescribeTable("does not keep a thread waiting whose job has a time of before", func(ctx SpecContext, state string) {
		d, r := open(), newRoom(1)
		put(ctx, d, r.message(0, "a"))
		ahead := map[string]string{"sqlite": "datetime('now', 'subsec', '+1 hour')", "postgres": "now() + interval '1 hour'"}[d.kind]
		changes(ctx, d, "UPDATE river_job SET state = '"+state+"', scheduled_at = "+ahead)
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
	},
		Entry("and is available", "available"),
		Entry("and is scheduled", "scheduled"),
		Entry("and was ended by a panic", "retryable"),
	)
}
