package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

// programVariable makes the test binary the program itself, for specs with signals.
const programVariable = "OUTBOX_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestProgram(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "chat/outbox/cmd/outbox")
}

// shop is an emulator with a thread, and the environment of a worker for it.
type shop struct {
	*chattest.Service
	user        chat.CommunicationUser
	thread      string
	environment map[string]string
}

func newShop() *shop {
	GinkgoHelper()
	service, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(service.Close)
	server := httptest.NewServer(service)
	DeferCleanup(server.Close)
	user := service.NewUser()
	created, err := service.Client(user).CreateThread(context.Background(), "Order 17", nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(service.SetEndpoint(server.URL)).To(Succeed())
	return &shop{
		Service: service, user: chat.CommunicationUser{ID: user.ID}, thread: created.Thread.ID,
		environment: map[string]string{connectionStringVariable: service.ConnectionString()},
	}
}

func (s *shop) message(key string) outbox.Message {
	return outbox.Message{User: s.user, ThreadID: s.thread, Key: key, Content: "text of " + key}
}

// texts are those of the thread, without system messages.
func (s *shop) texts() []string {
	texts := []string{}
	for _, m := range s.Messages(s.thread) {
		if m.Type == chat.MessageTypeText {
			texts = append(texts, m.Content.Message)
		}
	}
	return texts
}

// output is a writer that is read while it is written.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// result is that of a command line.
type result struct {
	code           int
	stdout, stderr *output
}

func (r result) out() string { return r.stdout.String() }
func (r result) err() string { return r.stderr.String() }

// outboxOf runs a command line.
func outboxOf(ctx context.Context, environment map[string]string, args ...string) result {
	r := result{stdout: &output{}, stderr: &output{}}
	t := &tool{getenv: func(name string) string { return environment[name] }, stdout: r.stdout, stderr: r.stderr}
	r.code = t.run(ctx, args)
	return r
}

// working runs a worker until the condition holds, and returns what it wrote.
func working(ctx context.Context, environment map[string]string, condition func() bool, args ...string) result {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan result, 1)
	go func() { ended <- outboxOf(ctx, environment, append([]string{"work"}, args...)...) }()
	Eventually(condition).WithPolling(10 * time.Millisecond).Should(BeTrue())
	cancel()
	r := <-ended
	Expect(r.code).To(BeZero(), r.err())
	return r
}

// migrated creates the tables in the database of the environment.
func migrated(ctx context.Context, s *shop) {
	GinkgoHelper()
	working(ctx, s.environment, func() bool { return outboxOf(ctx, s.environment, "list").code == 0 }, "--migrate")
}

// source is a database in which a program enqueues messages.
type source struct {
	url string // for the tool
	put func(ctx context.Context, messages ...outbox.Message)
}

func sqliteAt(path string) source {
	GinkgoHelper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String()+
		"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	box, err := outbox.NewSQLite(db)
	Expect(err).NotTo(HaveOccurred())
	return source{"sqlite:" + path, func(ctx context.Context, messages ...outbox.Message) {
		GinkgoHelper()
		tx, err := db.BeginTx(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		for _, m := range messages {
			Expect(box.Enqueue(ctx, tx, m)).To(Succeed())
		}
		Expect(tx.Commit()).To(Succeed())
	}}
}

func newSQLite() source {
	GinkgoHelper()
	return sqliteAt(filepath.Join(GinkgoT().TempDir(), "shop.db"))
}

const postgresVariable = "ACSCHAT_TEST_POSTGRES"

// newPostgres returns an empty schema.
func newPostgres() source {
	GinkgoHelper()
	ctx := context.Background()
	base := cmp.Or(os.Getenv(postgresVariable), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
	limited, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(limited, base)
	if err != nil {
		Skip(fmt.Sprintf("no Postgres: %v. Start one, or set %s to its URL", err, postgresVariable)) //nolint:forbidigo // not every machine has the server
	}
	schema := "outbox_cmd_" + strings.ToLower(rand.Text())
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+schema)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		_, err := conn.Exec(ctx, "SET client_min_messages = warning; DROP SCHEMA "+schema+" CASCADE")
		Expect(err).NotTo(HaveOccurred())
		Expect(conn.Close(ctx)).To(Succeed())
	})
	u, err := url.Parse(base)
	Expect(err).NotTo(HaveOccurred())
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	db, err := sql.Open("pgx", u.String())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	box, err := outbox.NewDatabaseSQL(db)
	Expect(err).NotTo(HaveOccurred())
	return source{u.String(), func(ctx context.Context, messages ...outbox.Message) {
		GinkgoHelper()
		tx, err := db.BeginTx(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		for _, m := range messages {
			Expect(box.Enqueue(ctx, tx, m)).To(Succeed())
		}
		Expect(tx.Commit()).To(Succeed())
	}}
}
