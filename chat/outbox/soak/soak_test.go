package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

// TestMain is also the main function of the workers.
func TestMain(m *testing.M) {
	if given := os.Getenv(workerVariable); given != "" {
		end(work(context.Background(), given))
		return
	}
	os.Exit(m.Run())
}

func TestSoak(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chat/outbox/soak")
}

var _ = Describe("A short run", Ordered, func() {
	var tool string

	BeforeAll(func(ctx SpecContext) {
		tool = filepath.Join(GinkgoT().TempDir(), "acschat"+map[bool]string{runtime.GOOS == "windows": ".exe"}[true])
		build := exec.CommandContext(ctx, "go", "build", "-o", tool, "./cmd/acschat")
		build.Dir, build.Stdout, build.Stderr = filepath.Join("..", "..", ".."), GinkgoWriter, GinkgoWriter
		Expect(build.Run()).To(Succeed())
	}, NodeTimeout(5*time.Minute))

	It("finds each message once and in order on Postgres, also if workers wait outside of their threads", func(ctx SpecContext) {
		conn, err := pgx.Connect(ctx, postgresURL())
		if err != nil {
			Skip("no Postgres: start one, or set " + postgresVariable + ": " + err.Error()) //nolint:forbidigo // not every machine has the server
		}
		Expect(conn.Close(ctx)).To(Succeed())
		options, err := redis.ParseURL(redisAddress())
		Expect(err).NotTo(HaveOccurred())
		client := redis.NewClient(options)
		defer func() { _ = client.Close() }()
		if err := client.Ping(ctx).Err(); err != nil {
			Skip("no Redis: start one, or set " + redisVariable + ": " + err.Error()) //nolint:forbidigo // not every machine has the server
		}
		out := &bytes.Buffer{}
		Expect(soakPostgres(ctx, &plan{
			Emulator: tool, Messages: 600, Threads: 6, Users: 2, Workers: 2, Kills: 3, Patience: 100 * time.Millisecond, Lease: 2 * time.Minute / divisor,
			Postgres: postgresURL(), Redis: redisAddress(), Out: out, Log: GinkgoWriter,
		})).To(Succeed())
		AddReportEntry("figures", out.String())
	}, SpecTimeout(3*time.Minute))

	It("finds each message once and in order on SQLite", func(ctx SpecContext) {
		out := &bytes.Buffer{}
		Expect(soakSQLite(ctx, &plan{
			Emulator: tool, Messages: 400, Threads: 4, Users: 2, Workers: 1, Kills: 3, Out: out, Log: GinkgoWriter,
		})).To(Succeed())
		AddReportEntry("figures", out.String())
	}, SpecTimeout(3*time.Minute))
})

var _ = Describe("The findings of a run", func() {
	DescribeTable("count", func(got []string, missing, twice, misplaced int) {
		f := &findings{}
		f.compare([]string{"a", "b", "c", "d"}, got)
		Expect([]int{f.missing, f.twice, f.misplaced}).To(Equal([]int{missing, twice, misplaced}))
		f.plan, f.resets = &plan{}, 1
		if missing+twice+misplaced > 0 {
			Expect(f.verdict()).To(MatchError(ContainSubstring("missing, were sent twice or out of order")))
		} else {
			Expect(f.verdict()).To(Succeed())
		}
	},
		Entry("nothing", []string{"a", "b", "c", "d"}, 0, 0, 0),
		Entry("a missing message", []string{"a", "b", "d"}, 1, 0, 0),
		Entry("a message that was sent twice", []string{"a", "b", "a", "c", "d"}, 0, 1, 0),
		Entry("one that was sent too late", []string{"b", "a", "c", "d"}, 0, 0, 1),
		Entry("one that was not enqueued", []string{"a", "b", "x", "c", "d"}, 0, 0, 1),
	)

	It("are a failure if too many requests were refused, or too few were sent", func() {
		f := &findings{plan: &plan{LeastUse: 0.6}}
		begin := time.Now()
		f.delivered, f.throttled = 1000, 1
		f.threads = map[string]*span{"a": {1000, begin, begin.Add(1000 * window / perThread)}}
		Expect(f.verdict()).To(MatchError("0.100 % of the requests were refused with 429"))
		f.throttled = 0
		Expect(f.verdict()).To(Succeed())
		f.threads["a"].last = begin.Add(2000 * window / perThread)
		Expect(f.verdict()).To(MatchError(ContainSubstring("less than 60 %")))
	})
})

var _ = DescribeTable("A line of the log of the emulator", func(line string, want seen) {
	e := &emulator{seen: seen{threads: make(map[string]*span)}}
	known := want.attempts()+want.searches+want.throttled+want.others > 0
	Expect(e.note(line)).To(Equal(known))
	e.threads = nil
	Expect(e.seen).To(Equal(want))
},
	Entry("of a message", "15:04:05.000  201  POST    /chat/threads/19:a/messages?api-version=1  1ms  8:acs:a", seen{delivered: 1}),
	Entry("of a lost reply", "15:04:05.000  201  POST    /chat/threads/19:a/messages?api-version=1  1ms  8:acs:a  by fault 1", seen{lostReplies: 1}),
	Entry("of a reset", "15:04:05.000  0  POST    /chat/threads/19:a/messages?api-version=1  1ms  by fault 2", seen{resets: 1}),
	Entry("of a search", "15:04:05.000  200  GET     /chat/threads/19:a/messages?api-version=1  1ms  8:acs:a", seen{searches: 1}),
	Entry("of a refusal", "15:04:05.000  429  POST    /chat/threads/19:a/messages?api-version=1  1ms  refused: too many", seen{throttled: 1}),
	Entry("of another request", "15:04:05.000  201  POST    /chat/threads?api-version=1  1ms  8:acs:a", seen{others: 1}),
	Entry("of no request", "http: TLS handshake error", seen{}),
)
