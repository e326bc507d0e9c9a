package outbox_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	_ "modernc.org/sqlite"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

// postgresVariable is the URL of the database of the specs.
const postgresVariable = "ACSCHAT_TEST_POSTGRES"

// unreachable says why the specs of Postgres are skipped, "" if they are not.
var unreachable string

func postgresURL() string {
	return cmp.Or(os.Getenv(postgresVariable), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
}

// TestMain is also the main function of the workers that specs kill.
func TestMain(m *testing.M) {
	if work := os.Getenv(workerVariable); work != "" {
		os.Exit(workUntilKilled(work))
	}
	os.Exit(m.Run())
}

func TestOutbox(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	connect(t)
	RunSpecs(t, "chat/outbox")
}

// TestServer says whether the specs are skipped. "make test" shows what it says.
func TestServer(t *testing.T) {
	if connect(t); unreachable != "" {
		t.Skip("the specs of outbox on Postgres are skipped:", unreachable)
	}
}

func connect(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, postgresURL())
	if err != nil {
		unreachable = fmt.Sprintf("no Postgres: %v. Start one, or set %s to its URL", err, postgresVariable)
		return
	}
	_ = conn.Close(ctx)
}

// database is an empty database with an outbox.
type database[Tx any] struct {
	*outbox.Outbox[Tx]

	kind, source string // for another process, see openOutbox
}

// newSQLite returns a database in a file.
func newSQLite() *database[*sql.Tx] {
	GinkgoHelper()
	return migrated(openSQLite(filepath.Join(GinkgoT().TempDir(), "outbox.db")))
}

func sqliteSource(path string) string {
	return "file:" + path + "?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(20000)&_pragma=synchronous(normal)"
}

func sqliteHandle(path string) *sql.DB {
	GinkgoHelper()
	db, err := sql.Open("sqlite", sqliteSource(path))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return db
}

func openSQLite(path string) *database[*sql.Tx] {
	GinkgoHelper()
	box, err := outbox.NewSQLite(sqliteHandle(path))
	Expect(err).NotTo(HaveOccurred())
	return &database[*sql.Tx]{box, "sqlite", path}
}

// newSchema creates an empty schema, and returns the URL of a database in which it is the only one.
func newSchema() string {
	GinkgoHelper()
	if unreachable != "" {
		Skip(unreachable) //nolint:forbidigo // not every machine has the server
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, postgresURL())
	Expect(err).NotTo(HaveOccurred())
	schema := "outbox_" + strings.ToLower(rand.Text())
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+schema)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		_, err := conn.Exec(ctx, "SET client_min_messages = warning; DROP SCHEMA "+schema+" CASCADE")
		Expect(err).NotTo(HaveOccurred())
		Expect(conn.Close(ctx)).To(Succeed())
	})
	u, err := url.Parse(postgresURL())
	Expect(err).NotTo(HaveOccurred())
	query := u.Query()
	query.Set("search_path", schema)
	query.Set("application_name", schema)
	u.RawQuery = query.Encode()
	return u.String()
}

func newPostgres() *database[pgx.Tx] {
	GinkgoHelper()
	return migrated(openPostgres(newSchema()))
}

func openPostgres(source string) *database[pgx.Tx] {
	GinkgoHelper()
	return openPostgresOf(source, 20)
}

// openPostgresOf opens a pool of a number of connections.
func openPostgresOf(source string, connections int32) *database[pgx.Tx] {
	GinkgoHelper()
	config, err := pgxpool.ParseConfig(source)
	Expect(err).NotTo(HaveOccurred())
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(pool.Close)
	box, err := outbox.NewPostgres(pool)
	Expect(err).NotTo(HaveOccurred())
	return &database[pgx.Tx]{box, "postgres", source}
}

func newDatabaseSQL() *database[*sql.Tx] {
	GinkgoHelper()
	source := newSchema()
	db, err := sql.Open("pgx", source)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	db.SetMaxOpenConns(20)
	box, err := outbox.NewDatabaseSQL(db)
	Expect(err).NotTo(HaveOccurred())
	return migrated(&database[*sql.Tx]{box, "postgres", source})
}

// changes runs a statement that changes one row.
func changes[Tx any](ctx context.Context, d *database[Tx], statement string, args ...any) {
	GinkgoHelper()
	Expect(outbox.Exec(ctx, d.Outbox, nil, statement, args...)).To(BeEquivalentTo(1))
}

func migrated[Tx any](d *database[Tx]) *database[Tx] {
	GinkgoHelper()
	Expect(d.Migrate(context.Background())).To(Succeed())
	return d
}
