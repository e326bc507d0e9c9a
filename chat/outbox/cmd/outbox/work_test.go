package main

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

// behaves are the promises for every database.
func behaves(open func() source) {
	It("creates the tables, sends, shows what failed, and sends that again", func(ctx SpecContext) {
		s, from := newShop(), open()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)

		s.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Message: "not today", Nth: 2})
		from.put(ctx, s.message("a"), s.message("b"), s.message("c"))
		Expect(outboxOf(ctx, s.environment, "list").err()).To(ContainSubstring("3 pending, 0 sent, 0 failed"))
		r := working(ctx, s.environment, func() bool { return len(s.texts()) == 2 })
		Expect(r.err()).To(And(ContainSubstring("outbox: sending; 3 pending, 0 failed."), ContainSubstring("a message has failed"),
			ContainSubstring("not today"), ContainSubstring("outbox: stopping\n")))
		Expect(s.texts()).To(Equal([]string{"text of a", "text of c"}))

		failed := outboxOf(ctx, s.environment, "list", "--state", "failed", "-o", "json")
		var entries []map[string]any
		Expect(json.Unmarshal([]byte(failed.out()), &entries)).To(Succeed(), failed.err())
		Expect(entries).To(HaveExactElements(And(
			HaveKeyWithValue("threadId", s.thread), HaveKeyWithValue("key", "b"), HaveKeyWithValue("state", "failed"),
			HaveKeyWithValue("user", s.user.ID), HaveKeyWithValue("content", "text of b"), HaveKeyWithValue("status", 403.0),
			HaveKeyWithValue("error", ContainSubstring("not today")))))

		Expect(outboxOf(ctx, s.environment, "retry", "--thread", s.thread, "--key", "b").out()).To(Equal("Messages that are pending again: 1\n"))
		working(ctx, s.environment, func() bool { return len(s.texts()) == 3 })
		Expect(s.texts()).To(Equal([]string{"text of a", "text of c", "text of b"}))
		Expect(outboxOf(ctx, s.environment, "list", "--state", "sent", "--output", "jsonl").out()).To(MatchRegexp(`(?s)^(\{[^\n]*"messageId":"\d+"[^\n]*\}\n){3}$`))
	})

	It("says in one line that the tables are missing", func(ctx SpecContext) {
		s, from := newShop(), open()
		s.environment[databaseVariable] = from.url
		for _, args := range [][]string{{"work"}, {"list"}, {"retry", "--all"}, {"retry", "--thread", "19:x"}, {"fail", "--thread", "19:x", "--all"}} {
			r := outboxOf(ctx, s.environment, args...)
			Expect(r.err()).To(Equal("outbox: the database has no tables of the outbox: create them with outbox work --migrate, " +
				"or name the schema of your program in the URL\n"))
			Expect(r.code).To(Equal(1))
		}
	})
}

var _ = Describe("outbox on SQLite", func() {
	behaves(newSQLite)

	It("creates the file with --migrate, whatever its name", func(ctx SpecContext) {
		s := newShop()
		name := "100% of ? the shop#1.db"
		if runtime.GOOS == "windows" {
			name = "100% of the shop#1.db"
		}
		path := filepath.Join(GinkgoT().TempDir(), name)
		s.environment[databaseVariable] = "sqlite:" + path
		migrated(ctx, s)
		Expect(path).To(BeAnExistingFile())
	})

	It("leaves the journal mode of other files as it is", func(ctx SpecContext) {
		path := filepath.Join(GinkgoT().TempDir(), "other.db")
		Expect(os.WriteFile(path, nil, 0o600)).To(Succeed())
		r := outboxOf(ctx, nil, "list", "--database", "sqlite:"+path)
		Expect(r.err()).To(ContainSubstring("the journal mode delete instead of wal"))
		Expect(path + "-wal").NotTo(BeAnExistingFile())
	})

	It("works once for a file", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		from.put(ctx, s.message("a"))
		working(ctx, s.environment, func() bool {
			if len(s.texts()) == 0 { // the first one has not begun
				return false
			}
			second := outboxOf(ctx, s.environment, "work")
			Expect(second.err()).To(ContainSubstring("run one worker for a SQLite database"))
			Expect(second.code).To(Equal(1))
			return true
		})
	})
})

var _ = Describe("outbox on Postgres", func() { behaves(newPostgres) })

var _ = Describe("outbox work", func() {
	It("finishes the message that is being sent, and leaves the others, on SIGTERM", func(ctx SpecContext) {
		if runtime.GOOS == "windows" {
			return // it has no SIGTERM
		}
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		from.put(ctx, s.message("a"), s.message("b"))
		sent, answer := make(chan struct{}, 2), make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			kept := httptest.NewRecorder()
			s.ServeHTTP(kept, request)
			if request.Method == http.MethodPost && strings.HasSuffix(request.URL.Path, "/messages") {
				sent <- struct{}{}
				<-answer
			}
			maps.Copy(w.Header(), kept.Header())
			w.WriteHeader(kept.Code)
			_, _ = w.Write(kept.Body.Bytes())
		}))
		DeferCleanup(server.Close)
		answerNow := sync.OnceFunc(func() { close(answer) })
		DeferCleanup(answerNow)
		Expect(s.SetEndpoint(server.URL)).To(Succeed())
		self, err := os.Executable()
		Expect(err).NotTo(HaveOccurred())
		stderr := &output{}
		program := exec.CommandContext(ctx, self, "work")
		program.Env = append(os.Environ(), programVariable+"=1", databaseVariable+"="+from.url, redisVariable+"=",
			connectionStringVariable+"="+s.ConnectionString())
		program.Stderr = stderr
		Expect(program.Start()).To(Succeed())
		Eventually(sent).Should(Receive())
		Expect(program.Process.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(stderr.String).Should(HaveSuffix("outbox: stopping\n"))
		answerNow()
		Expect(program.Wait()).To(Succeed(), stderr.String())
		Expect(stderr.String()).To(HaveSuffix("outbox: stopping\n"))
		Expect(s.texts()).To(Equal([]string{"text of a"}))
		r := outboxOf(ctx, s.environment, "list")
		Expect(r.err()).To(ContainSubstring("1 pending, 1 sent, 0 failed"))
	})

	It("trusts the authority in a file", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		server := httptest.NewTLSServer(s)
		DeferCleanup(server.Close)
		Expect(s.SetEndpoint(server.URL)).To(Succeed())
		file := filepath.Join(GinkgoT().TempDir(), "ca.pem")
		Expect(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600)).To(Succeed())
		environment := map[string]string{connectionStringVariable: s.ConnectionString(), databaseVariable: from.url, caFileVariable: file}
		working(ctx, environment, func() bool { return outboxOf(ctx, environment, "list").code == 0 }, "--migrate")
		from.put(ctx, s.message("a"))
		working(ctx, environment, func() bool { return len(s.texts()) == 1 })
	})

	It("shares the rate limits in Redis", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		address := cmp.Or(os.Getenv("ACSCHAT_TEST_REDIS"), "127.0.0.1:6379")
		server := redis.NewClient(&redis.Options{Addr: address})
		DeferCleanup(server.Close)
		if err := server.Ping(ctx).Err(); err != nil {
			Skip("no Redis: start one, or set ACSCHAT_TEST_REDIS: " + err.Error()) //nolint:forbidigo // not every machine has the server
		}
		_, host, _ := strings.Cut(s.Endpoint(), "://")
		pattern := "acschat:limits:{" + host + "}:*"
		keys := func(ctx context.Context) []string {
			found, err := server.Keys(ctx, pattern).Result()
			Expect(err).NotTo(HaveOccurred())
			return found
		}
		DeferCleanup(func(ctx SpecContext) { Expect(server.Del(ctx, keys(ctx)...).Err()).To(Succeed()) })
		s.environment[redisVariable] = "redis://" + address
		from.put(ctx, s.message("a"))
		working(ctx, s.environment, func() bool { return len(s.texts()) == 1 })
		Expect(keys(ctx)).To(ContainElement(ContainSubstring(s.thread)))
	})

	It("counts what was sent before a restart", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		for i := range 10 { // as many as the limits of a thread allow in ten seconds
			from.put(ctx, s.message(strconv.Itoa(i)))
		}
		working(ctx, s.environment, func() bool { return len(s.texts()) == 10 })
		from.put(ctx, s.message("later"))
		working(ctx, s.environment, func() bool {
			return strings.Contains(outboxOf(ctx, s.environment, "list", "--state", "pending", "-o", "json").out(), `"error": "chat: send message: the limit is`)
		})
		Expect(s.texts()).To(HaveLen(10))
	})

	It("runs a worker again after it has lost the database", func(ctx SpecContext) {
		runs := 0
		again := runnerFunc(func(context.Context) error {
			runs++
			return []error{outbox.ErrLockLost, errors.New("connection refused"), nil}[runs-1]
		})
		log := (&tool{stderr: GinkgoWriter}).logger(false)
		Expect(workAgain(ctx, again, log, time.Millisecond)).To(Succeed())
		Expect(runs).To(Equal(3))
	})

	It("fails if it cannot start", func(ctx SpecContext) {
		refused := errors.New("connection refused")
		log := (&tool{stderr: GinkgoWriter}).logger(false)
		Expect(workAgain(ctx, runnerFunc(func(context.Context) error { return refused }), log, time.Millisecond)).To(MatchError(refused))
	})

	It("erases credentials from its log", func(ctx SpecContext) {
		stderr := &output{}
		(&tool{stderr: stderr}).logger(false).ErrorContext(ctx, "failed", "error", errors.New("accesskey="+chattest.DefaultAccessKey))
		Expect(stderr.String()).NotTo(ContainSubstring(chattest.DefaultAccessKey))
	})
})

type runnerFunc func(context.Context) error

func (f runnerFunc) Run(ctx context.Context) error { return f(ctx) }

var _ = DescribeTable("An invalid command line is an error of one line that says what to do:",
	func(ctx SpecContext, says string, args ...string) {
		environment := map[string]string{connectionStringVariable: "endpoint=https://contoso.communication.azure.com/;accesskey=" + chattest.DefaultAccessKey}
		r := outboxOf(ctx, environment, args...)
		Expect(r.err()).To(MatchRegexp(`^outbox: [^\n]+\n$`))
		Expect(r.err()).To(ContainSubstring(says))
		Expect(r.err()).NotTo(ContainSubstring("s3cret"))
		Expect(r.out()).To(BeEmpty())
		Expect(r.code).To(Equal(2))
	},
	Entry("no database", "use --database URL or DATABASE_URL", "list"),
	Entry("a database of another kind", "its forms are postgres://", "list", "--database", "mysql://shop:s3cret@db/shop"),
	Entry("a connection string of words", "its forms are postgres://", "list", "--database", "host=db password=s3cret"),
	Entry("a file without scheme", "did you mean sqlite:work.go?", "list", "--database", "work.go"),
	Entry("a file that is missing", "outbox work --migrate", "list", "--database", "sqlite:missing.db"),
	Entry("an invalid URL", "the URL of the database is invalid", "list", "--database", "postgres://shop:s3cret@db:port/shop"),
	Entry("an unknown command", "use work, list, retry, fail, version or help", "drain"),
	Entry("an unknown flag", "outbox list --help", "list", "--stat"),
	Entry("an argument", "unexpected argument", "list", "failed"),
	Entry("an unknown state", "pending, sent or failed", "list", "--state", "lost"),
	Entry("an unknown format", "must be one of table, json, jsonl", "list", "-o", "yaml"),
	Entry("a negative limit", "--limit must not be negative", "list", "--limit", "-1"),
	Entry("a negative number of threads", "--threads must not be negative", "work", "--threads", "-1"),
	Entry("nothing to retry", "Use --thread ID", "retry"),
	Entry("two things to retry", "leave out --thread", "retry", "--all", "--thread", "19:x"),
	Entry("nothing to give up", "Use --thread ID", "fail", "--key", "k"),
	Entry("a thread to give up", "--all for all pending messages", "fail", "--thread", "19:x"),
	Entry("two things to give up", "leave out --key", "fail", "--thread", "19:x", "--key", "k", "--all"),
	Entry("an invalid URL of Redis", "redis://USER:PASSWORD@HOST", "work", "--redis", "cache:s3cret"),
	Entry("a file of an authority that is missing", "--ca-file", "work", "--ca-file", "missing.pem"),
	Entry("a file without a certificate", "no certificate in work.go", "work", "--ca-file", "work.go"),
)

var _ = Describe("An environment", func() {
	It("without a connection string says which variable to set", func(ctx SpecContext) {
		r := outboxOf(ctx, nil, "work", "--database", "sqlite:x.db")
		Expect(r.err()).To(ContainSubstring("set " + connectionStringVariable))
		Expect(r.code).To(Equal(2))
	})

	It("with an endpoint without TLS on another machine is refused", func(ctx SpecContext) {
		r := outboxOf(ctx, map[string]string{connectionStringVariable: "endpoint=http://contoso.test/;accesskey=" + chattest.DefaultAccessKey}, "work")
		Expect(r.err()).To(ContainSubstring("must begin with https://"))
		Expect(r.code).To(Equal(2))
	})

	It("with a database that does not answer is a failure of one line", func(ctx SpecContext) {
		r := outboxOf(ctx, nil, "list", "--database", "postgres://shop:s3cret@127.0.0.1:1/shop")
		Expect(r.err()).To(MatchRegexp(`^outbox: connect to the database: [^\n]+\n$`))
		Expect(r.err()).NotTo(ContainSubstring("s3cret"))
		Expect(r.code).To(Equal(1))
	})

	It("with a Redis that does not answer is a failure of one line", func(ctx SpecContext) {
		r := outboxOf(ctx, newShop().environment, "work", "--redis", "redis://:s3cret@127.0.0.1:1/0")
		Expect(r.err()).To(MatchRegexp(`^outbox: connect to Redis: [^\n]+\n$`))
		Expect(r.err()).NotTo(ContainSubstring("s3cret"))
		Expect(r.code).To(Equal(1))
	})
})

var _ = Describe("outbox list", func() {
	It("shows each message in a line, without control characters, and says if there are more", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		from.put(ctx, s.message("a\x1b[2J\n\u202eb"), s.message("b"), s.message("c"))
		r := outboxOf(ctx, s.environment, "list", "--limit", "2")
		Expect(r.out()).To(MatchRegexp(`(?s)^THREAD +SEQ +STATE +USER +KEY .*ERROR\n19:\S+ +1 +pending +8:acs:\S+ +a�\[2J��b .* +0\n19:\S+ +2 .* +0\n$`))
		Expect(r.err()).To(ContainSubstring("--limit 0 shows all"))
		Expect(outboxOf(ctx, s.environment, "list", "--limit", "3").err()).NotTo(ContainSubstring("--limit 0"))
		Expect(outboxOf(ctx, s.environment, "list", "-o", "json").out()).To(ContainSubstring(`"key": "a\u001b[2J\n\u202eb"`))
		Expect(outboxOf(ctx, s.environment, "list", "--thread", "19:other", "-o", "json").out()).To(Equal("[]\n"))
	})

	It("reads all pages", func(ctx SpecContext) {
		pages := &pagedBox{n: 1201}
		all, more, err := entriesOf(ctx, &database{box: pages}, outbox.ListOptions{}, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(more).To(BeFalse())
		Expect(all).To(HaveLen(1201))
		Expect(all[1200].Seq).To(BeEquivalentTo(1201))
		some, more, err := entriesOf(ctx, &database{box: pages}, outbox.ListOptions{}, 1000)
		Expect(err).NotTo(HaveOccurred())
		Expect(more).To(BeTrue())
		Expect(some).To(HaveLen(1000))
	})
})

// pagedBox has n messages.
type pagedBox struct {
	box
	n int64
}

func (p *pagedBox) List(_ context.Context, options *outbox.ListOptions) ([]outbox.Entry, error) {
	var page []outbox.Entry
	for seq := options.AfterSeq + 1; seq <= p.n && len(page) < options.Limit; seq++ {
		page = append(page, outbox.Entry{Message: outbox.Message{ThreadID: "19:a", User: chat.CommunicationUser{ID: "8:acs:a"}}, Seq: seq})
	}
	return page, nil
}

var _ = Describe("outbox retry", func() {
	It("fails if there is no such message, and with --all succeeds", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		r := outboxOf(ctx, s.environment, "retry", "--thread", s.thread)
		Expect(r.err()).To(ContainSubstring("outbox list --state failed"))
		Expect(r.code).To(Equal(1))
		Expect(outboxOf(ctx, s.environment, "retry", "--all", "-o", "jsonl").out()).To(Equal("{\"retried\":0}\n"))
		s.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Times: 2})
		from.put(ctx, s.message("a"), s.message("b"), s.message("c"))
		working(ctx, s.environment, func() bool { return len(s.texts()) == 1 })
		Expect(outboxOf(ctx, s.environment, "retry", "--all", "-o", "json").out()).To(Equal("{\n  \"retried\": 2\n}\n"))
	})
})

var _ = Describe("outbox fail", func() {
	It("gives up a message, or all of a thread, and fails if there is none", func(ctx SpecContext) {
		s, from := newShop(), newSQLite()
		s.environment[databaseVariable] = from.url
		migrated(ctx, s)
		from.put(ctx, s.message("a"), s.message("b"), s.message("c"))
		Expect(outboxOf(ctx, s.environment, "fail", "--thread", s.thread, "--key", "b").out()).To(Equal("Messages that are given up: 1\n"))
		Expect(outboxOf(ctx, s.environment, "fail", "--thread", s.thread, "--all", "-o", "jsonl").out()).To(Equal("{\"failed\":2}\n"))
		r := outboxOf(ctx, s.environment, "fail", "--thread", s.thread, "--all")
		Expect(r.err()).To(ContainSubstring("outbox list --state pending"))
		Expect(r.code).To(Equal(1))
		Expect(outboxOf(ctx, s.environment, "list").err()).To(ContainSubstring("0 pending, 0 sent, 3 failed"))
	})
})

var _ = Describe("outbox version", func() {
	It("says where the source of River is", func(ctx SpecContext) {
		for _, command := range []string{"version", "--version"} {
			r := outboxOf(ctx, nil, command)
			Expect(r.code).To(BeZero())
			Expect(r.out()).To(MatchRegexp(`River +v0\.\d+\.\d+ +licensed under the MPL 2.0, source: https://github.com/riverqueue/river/tree/v0\.\d+\.\d+\n`))
		}
		var b build
		Expect(json.Unmarshal([]byte(outboxOf(ctx, nil, "version", "-o", "json").out()), &b)).To(Succeed())
		Expect(b.River.Licence).To(Equal("MPL 2.0"))
		Expect(buildOf(nil).River.Source).To(Equal("https://github.com/riverqueue/river"))
	})
})

var _ = Describe("The help", func() {
	It("fits a terminal of 80 columns", func(ctx SpecContext) {
		for _, args := range [][]string{{}, {"help"}, {"--help"}, {"work", "--help"}, {"list", "-h"}, {"retry", "-help"}, {"fail", "--help"}, {"version", "--help"}} {
			r := outboxOf(ctx, nil, args...)
			Expect(r.code).To(BeZero())
			Expect(r.err()).To(BeEmpty())
			Expect(r.out()).To(ContainSubstring("Usage:\n  outbox"))
			Expect(r.out()).NotTo(MatchRegexp(`.{81}`))
		}
	})
})
