package outbox_test

import (
	"database/sql"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

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

	It("accepts one connection", func() {
		db := sqliteHandle(filepath.Join(GinkgoT().TempDir(), "a.db"))
		db.SetMaxOpenConns(1)
		Expect(outbox.NewSQLite(db)).NotTo(BeNil())
	})

	It("has one worker at a time", func(ctx SpecContext) {
		d, r := newSQLite(), newRoom(1)
		stop := start(ctx, newWorker(d, r, quick()))
		put(ctx, d, r.message(0, "a"))
		settled(ctx, d, 10e9)
		Expect(newWorker(openSQLite(d.source), r, quick()).Run(ctx)).To(MatchError(ContainSubstring("run one worker for a SQLite database")))
		Expect(stop()).To(Succeed())
		stop = start(ctx, newWorker(openSQLite(d.source), r, quick()))
		put(ctx, d, r.message(0, "b"))
		settled(ctx, d, 10e9)
		Expect(stop()).To(Succeed())
	})
})
