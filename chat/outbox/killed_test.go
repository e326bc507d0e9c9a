package outbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

// workerVariable makes the binary of the specs a worker: it contains a workerProcess.
const workerVariable = "ACSCHAT_OUTBOX_WORKER"

// workerProcess is what a worker in a process of its own needs.
type workerProcess struct{ Kind, Source, Endpoint, Token string }

// workUntilKilled runs a worker and returns the status of the process.
func workUntilKilled(given string) int {
	var p workerProcess
	err := json.Unmarshal([]byte(given), &p)
	if err == nil {
		err = p.work(context.Background())
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func (p *workerProcess) work(ctx context.Context) error {
	options := &chat.FleetOptions{}
	options.InsecureAllowCredentialWithHTTP = true
	fleet, err := chat.NewFleet(p.Endpoint, mintOne(p.Token), options)
	if err != nil {
		return err
	}
	if p.Kind == "sqlite" {
		db, err := sql.Open("sqlite", sqliteSource(p.Source))
		if err != nil {
			return err
		}
		box, err := outbox.NewSQLite(db)
		if err != nil {
			return err
		}
		return runWorker(ctx, box, fleet)
	}
	pool, err := pgxpool.New(ctx, p.Source)
	if err != nil {
		return err
	}
	box, err := outbox.NewPostgres(pool)
	if err != nil {
		return err
	}
	return runWorker(ctx, box, fleet)
}

func runWorker[Tx any](ctx context.Context, box *outbox.Outbox[Tx], fleet *chat.Fleet) error {
	w, err := outbox.NewWorker(box, fleet, quick())
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

// spawn starts a worker process.
func spawn[Tx any](d *database[Tx], r *room) *exec.Cmd {
	GinkgoHelper()
	self, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	given, err := json.Marshal(workerProcess{d.kind, d.source, r.address, r.Token(r.user, 24*time.Hour, "chat")})
	Expect(err).NotTo(HaveOccurred())
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), workerVariable+"="+string(given))
	cmd.Stderr = &bytes.Buffer{}
	Expect(cmd.Start()).To(Succeed())
	DeferCleanup(func() { kill(cmd) })
	return cmd
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// load enqueues n messages for each thread.
func load[Tx any](ctx context.Context, d *database[Tx], r *room, n int) {
	GinkgoHelper()
	for thread := range r.threads {
		messages := make([]outbox.Message, n)
		for i, key := range numbered(n) {
			messages[i] = r.message(thread, key)
		}
		put(ctx, d, messages...)
	}
}

// slowly delays the answers to sends, so that processes are killed in the middle of one.
func (r *room) slowly(d time.Duration) *chattest.InjectedFault {
	return r.Fail(chattest.SendChatMessage, chattest.Fault{Delay: d, Times: -1})
}

// sends returns how many messages the service has.
func (r *room) sends() int { return len(r.Requests(chattest.SendChatMessage)) }

// mostAttempts selects the most attempts that a job has used. River discards a job that has used them up.
const mostAttempts = "SELECT max(attempt) FROM river_job"

var _ = Describe("A worker that is killed", func() {
	It("is replaced on Postgres within seconds, and each message is sent once and in order", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(8)
		r.slowly(20 * time.Millisecond)
		load(ctx, d, r, 60)
		first := spawn(d, r)
		Eventually(r.sends).WithPolling(5 * time.Millisecond).Should(BeNumerically(">", 80))
		stop := start(ctx, newWorker(d, r, quick())) // all threads belong to the first worker
		kill(first)
		killed := time.Now()
		before := make([]int, len(r.threads))
		for thread := range r.threads {
			before[thread] = len(r.texts(thread))
		}
		Eventually(func() (waiting int) {
			for thread := range r.threads {
				if len(r.texts(thread)) <= before[thread]+1 { // one may have been under way
					waiting++
				}
			}
			return waiting
		}).WithPolling(5 * time.Millisecond).Should(BeZero())
		AddReportEntry("until all threads continued", time.Since(killed)) // River's own rescue takes most of a minute
		settled(ctx, d)
		Expect(outbox.Value(ctx, d.Outbox, mostAttempts)).To(BeEquivalentTo(1), "a worker that is killed is no attempt of a job")
		Expect(stop()).To(Succeed())
		for thread := range r.threads {
			Expect(r.texts(thread)).To(Equal(numbered(60)))
		}
	})

	It("continues at its next start on SQLite, and each message is sent once and in order", func(ctx SpecContext) {
		d, r := newSQLite(), newRoom(4)
		r.slowly(10 * time.Millisecond)
		load(ctx, d, r, 100)
		for round := range 5 {
			sent := r.sends()
			worker := spawn(d, r)
			Eventually(r.sends).WithPolling(5*time.Millisecond).Should(BeNumerically(">", sent+40), "round %d", round)
			kill(worker)
		}
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		for thread := range r.threads {
			Expect(r.texts(thread)).To(Equal(numbered(100)))
		}
	})
})

var _ = Describe("A worker that is frozen", func() {
	It("is replaced on Postgres, and sends nothing twice when it goes on", func(ctx SpecContext) {
		if runtime.GOOS == "windows" {
			return // it has no SIGSTOP
		}
		d, r := newPostgres(), newRoom(4)
		r.slowly(50 * time.Millisecond)
		load(ctx, d, r, 40)
		first := spawn(d, r)
		Eventually(r.sends).WithPolling(5 * time.Millisecond).Should(BeNumerically(">", 6))
		freeze(first)
		sent := r.sends()
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(r.sends).WithPolling(5*time.Millisecond).Should(BeNumerically(">", sent+2*len(r.threads)), "it was replaced")
		thaw(first) // with messages left that it could send
		Expect(first.Wait()).NotTo(Succeed())
		Expect(first.Stderr).To(HaveField("String()", ContainSubstring(outbox.ErrLockLost.Error())))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		for thread := range r.threads {
			Expect(r.texts(thread)).To(Equal(numbered(40)))
		}
	})
})

var _ = Describe("A worker that loses its lock", func() {
	// lose loads the threads, and ends the lock of a worker in the middle of them while another one runs.
	lose := func(ctx context.Context, d *database[pgx.Tx], r *room) (stop, other func() error) {
		GinkgoHelper()
		r.slowly(20 * time.Millisecond)
		load(ctx, d, r, 150)
		options := quick()
		options.ListingLag = 200 * time.Millisecond
		stop = startRun(ctx, newWorker(d, r, options).Run)
		Eventually(r.sends).WithPolling(5 * time.Millisecond).Should(BeNumerically(">", 80))
		other = start(ctx, newWorker(openPostgres(d.source), r, options))
		Expect(outbox.Value(ctx, d.Outbox, endLocks)).To(BeNumerically(">=", 1))
		return stop, other
	}

	It("stops, and each message is sent once and in order", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(8)
		stop, other := lose(ctx, d, r)
		settled(ctx, d)
		Expect(stop()).To(MatchError(outbox.ErrLockLost))
		Expect(other()).To(Succeed())
		for thread := range r.threads {
			Expect(r.texts(thread)).To(Equal(numbered(150)))
		}
	})

	It("sends nothing that another worker has taken over, even if it does not notice", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(8)
		outbox.Deafen(d.Outbox)
		stop, other := lose(ctx, d, r)
		settled(ctx, d)
		Expect(outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM river_job WHERE state = 'cancelled'")).
			To(BeNumerically(">=", len(r.threads)), "the jobs have been taken over while they ran")
		Expect(stop()).To(Succeed())
		Expect(other()).To(Succeed())
		for thread := range r.threads {
			Expect(r.texts(thread)).To(Equal(numbered(150)))
		}
	})
})

var _ = Describe("A worker that stops", func() {
	It("watches its lock until the last message is sent", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(1)
		r.slowly(time.Hour)
		put(ctx, d, r.message(0, "a"))
		running, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- newWorker(d, r, quick()).Run(running) }()
		Eventually(r.sends).WithPolling(time.Millisecond).Should(Equal(1))
		cancel()
		Expect(outbox.Value(ctx, d.Outbox, endLocks)).To(BeEquivalentTo(1))
		Eventually(ended).Should(Receive(MatchError(outbox.ErrLockLost)))
	})
})

// endLocks ends the connections with the locks of the workers that have jobs, and counts them.
const endLocks = `SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
	AND ((classid::bigint << 32) | objid::bigint) IN (SELECT hashtextextended(attempted_by[array_upper(attempted_by, 1)], 0)
		FROM river_job WHERE state = 'running')`

var _ = Describe("A job that was fetched, without an answer from the database", func() {
	lostFetch(newSQLite)
	lostFetch(newPostgres)
	lostFetch(newDatabaseSQL)
})

func lostFetch[Tx any](open func() *database[Tx]) {
	It(fmt.Sprintf("does not keep its thread waiting, with %v", reflect.TypeFor[Tx]()), func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		w := newWorker(d, r, quick())
		outbox.LookForStrays(w, 50*time.Millisecond)
		stop := start(ctx, w)
		put(ctx, d, r.message(0, "a"))
		settled(ctx, d)
		release := r.hold(http.MethodPost)
		put(ctx, d, r.message(1, "a"))
		Eventually(r.sends).Should(Equal(2))
		worked, err := outbox.Value(ctx, d.Outbox, "SELECT id FROM river_job WHERE state = 'running'")
		Expect(err).NotTo(HaveOccurred())
		tx, commit, _, err := outbox.Begin(ctx, d.Outbox)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Enqueue(ctx, tx, r.message(0, "b"))).To(Succeed())
		Expect(outbox.Exec(ctx, d.Outbox, &tx, `UPDATE river_job SET state = 'running', attempted_at = CURRENT_TIMESTAMP,
			attempted_by = (SELECT attempted_by FROM river_job WHERE state = 'completed' LIMIT 1) WHERE state = 'available'`)).To(BeEquivalentTo(1))
		Expect(commit()).To(Succeed())
		Eventually(r.sends).Should(Equal(3), "by another job")
		Expect(outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM river_job WHERE state = 'running' AND id = $1", worked)).
			To(BeEquivalentTo(1), "a job that is worked on is not replaced")
		release()
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
		Expect(r.texts(1)).To(Equal([]string{"a"}))
	})
}

var _ = Describe("A run whose thread has been taken over", func() {
	fenced(newSQLite)
	fenced(newPostgres)
})

func fenced[Tx any](open func() *database[Tx]) {
	It(fmt.Sprintf("does not lose a later job if the one to be replaced has ended, with %v", reflect.TypeFor[Tx]()), func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		w := newWorker(d, r, quick())
		stop := start(ctx, w)
		put(ctx, d, r.message(0, "a"))
		settled(ctx, d)
		ended := func() (int64, error) {
			return outbox.Value(ctx, d.Outbox, "SELECT id FROM river_job WHERE state = 'completed'")
		}
		Eventually(ended).Should(BeNumerically(">", 0))
		id, err := ended()
		Expect(err).NotTo(HaveOccurred())
		r.slowly(300 * time.Millisecond)
		put(ctx, d, r.message(0, "b"), r.message(0, "c"))
		Eventually(r.sends).WithPolling(time.Millisecond).Should(Equal(2))
		Expect(outbox.ReplaceJob(ctx, w, id, r.threads[0])).To(Succeed())
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b", "c"}))
	})

	It(fmt.Sprintf("keeps the message under way, and begins no other, with %v", reflect.TypeFor[Tx]()), func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		release := r.hold(http.MethodPost)
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(r.sends).WithPolling(time.Millisecond).Should(Equal(1))
		Expect(outbox.Exec(ctx, d.Outbox, nil, "UPDATE chat_outbox_lease SET generation = generation + 1")).To(BeEquivalentTo(1))
		release()
		Eventually(func() (int64, error) {
			return outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM river_job WHERE state = 'completed'")
		}).Should(BeEquivalentTo(1))
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
		Expect(d.Counts(ctx)).To(Equal(map[outbox.State]int{outbox.Sent: 1, outbox.Pending: 1}))
		stop = start(ctx, newWorker(d, r, quick())) // it gives the thread another job
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
	})
}

var _ = Describe("A run whose thread is taken over during a search", func() {
	It("does not send the message again, neither in the first attempt nor in a later one", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(2)
		options := quick()
		options.ListingLag = 500 * time.Millisecond
		put(ctx, d, r.message(0, "a"))
		tried(ctx, d)
		put(ctx, d, r.message(1, "a"))
		r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
		release := r.hold(http.MethodGet)
		stop := start(ctx, newWorker(d, r, options))
		Eventually(func() int { return len(r.Requests(chattest.ListChatMessages)) }).WithPolling(time.Millisecond).Should(Equal(2))
		Expect(outbox.Exec(ctx, d.Outbox, nil, "UPDATE chat_outbox_lease SET generation = generation + 1")).To(BeEquivalentTo(2))
		release()
		Eventually(func() (int64, error) {
			return outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM river_job WHERE state = 'completed'")
		}).Should(BeEquivalentTo(2))
		Expect(stop()).To(Succeed())
		Expect(r.sends()).To(Equal(1), "the request that was lost")
		stop = start(ctx, newWorker(d, r, options)) // it gives the threads other jobs
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect([][]string{r.texts(0), r.texts(1)}).To(Equal([][]string{{"a"}, {"a"}}))
	})
})
