package outbox_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

var _ = Describe("NewDatabaseSQL", func() {
	It("refuses a handle of SQLite, and names the function for it", func() {
		_, err := outbox.NewDatabaseSQL(sqliteHandle(filepath.Join(GinkgoT().TempDir(), "a.db")))
		Expect(err).To(MatchError(ContainSubstring("use NewSQLite")))
	})
})

// memoryHandle opens a database in memory.
func memoryHandle() *sql.DB {
	GinkgoHelper()
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate&_pragma=busy_timeout(10000)")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return db
}

var _ = Describe("NewSQLite", func() {
	DescribeTable("fails with instructions for connections",
		func(parameters, reason string) {
			db, err := sql.Open("sqlite", "file:"+filepath.Join(GinkgoT().TempDir(), "a.db")+"?"+parameters)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(db.Close)
			_, err = outbox.NewSQLite(db)
			Expect(err).To(MatchError(And(ContainSubstring(reason), ContainSubstring("_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout"))))
		},
		Entry("without WAL", "_txlock=immediate&_pragma=busy_timeout(1000)", "the journal mode delete instead of wal"),
		Entry("without a busy timeout", "_txlock=immediate&_pragma=journal_mode(wal)", "no busy timeout"),
		Entry("with deferred transactions", "_pragma=journal_mode(wal)&_pragma=busy_timeout(1000)", "not immediate"),
	)

	It("fails for a database of another kind", func() {
		_, err := outbox.NewSQLite(openNothing())
		Expect(err).To(MatchError(ContainSubstring("db is not a SQLite database")))
	})

	It("accepts a database in memory with one connection only", func(ctx SpecContext) {
		db := memoryHandle()
		_, err := outbox.NewSQLite(db)
		Expect(err).To(MatchError(ContainSubstring("db.SetMaxOpenConns(1)")))
		db.SetMaxOpenConns(1)
		box, err := outbox.NewSQLite(db)
		Expect(err).NotTo(HaveOccurred())
		d, r := migrated(&database[*sql.Tx]{Outbox: box}), newRoom(1)
		put(ctx, d, r.message(0, "a"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
	})

	It("has one worker at a time for a database in memory", func(ctx SpecContext) {
		db := memoryHandle()
		db.SetMaxOpenConns(1)
		box, err := outbox.NewSQLite(db)
		Expect(err).NotTo(HaveOccurred())
		d, r := migrated(&database[*sql.Tx]{Outbox: box}), newRoom(1)
		put(ctx, d, r.message(0, "a"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		another, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		Expect(newWorker(d, r, quick()).Run(another)).To(MatchError(ContainSubstring("another worker")))
		Expect(stop()).To(Succeed())
	})

	It("accepts one connection", func() {
		db := sqliteHandle(filepath.Join(GinkgoT().TempDir(), "a.db"))
		db.SetMaxOpenConns(1)
		Expect(outbox.NewSQLite(db)).NotTo(BeNil())
	})

	It("has one worker at a time", func(ctx SpecContext) {
		d, r := newSQLite(), newRoom(1)
		stop := start(ctx, newWorker(d, r, quick()))
		put(ctx, d, r.message(0, "a"))
		settled(ctx, d)
		Expect(newWorker(openSQLite(d.source), r, quick()).Run(ctx)).To(MatchError(ContainSubstring("run one worker for a SQLite database")))
		Expect(stop()).To(Succeed())
		stop = start(ctx, newWorker(openSQLite(d.source), r, quick()))
		put(ctx, d, r.message(0, "b"))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
	})
})

// openNothing returns a handle whose queries fail, as those of SQLite do on another database.
func openNothing() *sql.DB {
	db := sql.OpenDB(nothing{})
	DeferCleanup(db.Close)
	return db
}

type nothing struct{}

func (nothing) Connect(context.Context) (driver.Conn, error) { return nothing{}, nil }
func (nothing) Driver() driver.Driver                        { return nil }
func (nothing) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New(`relation "pragma_database_list" does not exist`)
}
func (nothing) Close() error              { return nil }
func (nothing) Begin() (driver.Tx, error) { return nil, errors.New("no transactions") }
