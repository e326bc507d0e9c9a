package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

var _ = Describe("An outbox on SQLite", func() { behaves[*sql.Tx](newSQLite) })
var _ = Describe("An outbox on Postgres", func() { behaves[pgx.Tx](newPostgres) })
var _ = Describe("An outbox on Postgres over database/sql", func() { behaves[*sql.Tx](newDatabaseSQL) })

var _ = Describe("A small pool of Postgres", func() {
	It("is an error instead of a wait without end", func(ctx SpecContext) {
		source, r := newSchema(), newRoom(1)
		one, two := openPostgresOf(source, 1), openPostgresOf(source, 2)
		Expect(one.Migrate(ctx)).To(MatchError("outbox: migrate: the pool must allow at least 2 connections, not 1"))
		Expect(two.Migrate(ctx)).To(Succeed())
		Expect(newWorker(two, r, quick()).Run(ctx)).To(MatchError("outbox: work: the pool must allow at least 3 connections, not 2"))
	})

	It("of three connections is enough", func(ctx SpecContext) {
		d, r := migrated(openPostgresOf(newSchema(), 3)), newRoom(8)
		load(ctx, d, r, 5)
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		for thread := range r.threads {
			Expect(r.texts(thread)).To(Equal(numbered(5)))
		}
	})
})

// behaves are the promises that hold for every database.
func behaves[Tx any](open func() *database[Tx]) {
	It("sends what is committed, in order, and nothing that is rolled back", func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		stop := start(ctx, newWorker(d, r, quick()))
		_, err := outbox.Exec(ctx, d.Outbox, nil, "CREATE TABLE orders (id integer)")
		Expect(err).NotTo(HaveOccurred())
		for i, key := range numbered(10) {
			tx, commit, rollback, err := outbox.Begin(ctx, d.Outbox)
			Expect(err).NotTo(HaveOccurred())
			_, err = outbox.Exec(ctx, d.Outbox, &tx, "INSERT INTO orders VALUES ($1)", i)
			Expect(err).NotTo(HaveOccurred())
			Expect(d.Enqueue(ctx, tx, r.message(0, key))).To(Succeed())
			Expect(d.Enqueue(ctx, tx, r.message(0, key+"b"))).To(Succeed())
			Expect(d.Enqueue(ctx, tx, r.message(1, key))).To(Succeed())
			if i%2 == 0 {
				Expect(commit()).To(Succeed())
			} else {
				Expect(rollback()).To(Succeed())
			}
		}
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM orders")).To(BeEquivalentTo(5))
		Expect(join(r.texts(0))).To(Equal("00000 00000b 00002 00002b 00004 00004b 00006 00006b 00008 00008b"))
		Expect(join(r.texts(1))).To(Equal("00000 00002 00004 00006 00008"))
	})

	It("sends the options of a message, and tells the id of the sent one", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		m := r.message(0, "order-1")
		m.Type, m.SenderDisplayName, m.Metadata = chat.MessageTypeHTML, "Shop", map[string]string{"order": "1"}
		put(ctx, d, m)
		Expect(d.Get(ctx, r.bot, m.ThreadID, "order-1")).To(And(
			HaveField("Message", Equal(m)), HaveField("State", outbox.Pending), HaveField("EnqueuedOn", BeTemporally("~", time.Now(), time.Minute))))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		entry, err := d.Get(ctx, r.bot, m.ThreadID, "order-1")
		Expect(err).NotTo(HaveOccurred())
		Expect(entry).To(And(HaveField("State", outbox.Sent), HaveField("SettledOn", BeTemporally(">=", entry.EnqueuedOn))))
		sent, err := r.Client(r.user).ThreadClient(m.ThreadID).GetMessage(ctx, entry.MessageID)
		Expect(err).NotTo(HaveOccurred())
		Expect(sent).To(And(HaveField("Type", chat.MessageTypeHTML), HaveField("SenderDisplayName", "Shop"), HaveField("Content.Message", "order-1"),
			HaveField("Metadata", Equal(map[string]string{"order": "1", chat.OnceKeyMember: "order-1"}))))
	})

	It("refuses a key that it has, and leaves the transaction usable", func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		put(ctx, d, r.message(0, "a"))
		Expect(outbox.InTx(ctx, d.Outbox, func(tx Tx) error {
			Expect(d.Enqueue(ctx, tx, r.message(0, "a"))).To(MatchError(outbox.ErrDuplicate))
			Expect(d.Enqueue(ctx, tx, r.message(1, "a"))).To(Succeed())
			return nil
		})).To(Succeed())
		Expect(d.Counts(ctx)).To(Equal(map[outbox.State]int{outbox.Pending: 2}))
	})

	It("keeps what the service refuses, reports it, goes on, and sends it when told to", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		options, failed := quick(), make(chan outbox.Entry, 10)
		options.OnFailed = func(e outbox.Entry) { failed <- e }
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Message: "not today", Nth: 2})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"), r.message(0, "c"))
		stop := start(ctx, newWorker(d, r, options))
		settled(ctx, d)
		var reported outbox.Entry
		Eventually(failed).Should(Receive(&reported))
		Expect(reported).To(And(HaveField("Key", "b"), HaveField("State", outbox.Failed), HaveField("Err", MatchError(chat.ErrForbidden))))
		Expect(r.texts(0)).To(Equal([]string{"a", "c"}))
		entries, err := d.List(ctx, &outbox.ListOptions{State: outbox.Failed})
		Expect(err).NotTo(HaveOccurred())
		Expect(entries).To(HaveExactElements(And(HaveField("Key", "b"), HaveField("Err", MatchError(chat.ErrForbidden)))))
		service, ok := errors.AsType[*chat.Error](entries[0].Err)
		Expect(ok).To(BeTrue())
		Expect(service).To(And(HaveField("StatusCode", 403), HaveField("Message", "not today")))

		Expect(d.Retry(ctx, r.threads[0], "b")).To(Equal(1))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "c", "b"}))
		Expect(failed).To(BeEmpty())
	})

	It("repeats what may work later, in order, and shows the last error meanwhile", func(ctx SpecContext) {
		fails := &failingMint{times: math.MaxInt}
		d, r := open(), newRoom(1)
		r.fleet = newFleet(r.address, fails.wrap(r.Token(r.user, time.Hour, "chat")))
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(func() (outbox.Entry, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).WithPolling(5 * time.Millisecond).Should(And(
			HaveField("State", outbox.Pending), HaveField("Failures", BeNumerically(">", 0)), HaveField("Err", MatchError(ContainSubstring("no token today")))))
		failures := fails.end()
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(And(HaveField("Failures", failures), HaveField("Err", BeNil())))
	})

	It("sends each message once although replies and requests are lost", func(ctx SpecContext) {
		d, r := open(), newRoom(3)
		r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true, Every: 3})
		r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true, Every: 4})
		r.Fail(chattest.ListChatMessages, chattest.Fault{Status: 503, Every: 5})
		for _, key := range numbered(20) {
			put(ctx, d, r.message(0, key), r.message(1, key), r.message(2, key))
		}
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		for thread := range 3 {
			Expect(r.texts(thread)).To(Equal(numbered(20)))
		}
	})

	It("takes any text as a key, and tells similar ones apart", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true, Every: 3})
		r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true, Every: 4})
		keys := []string{
			"order", "Order", " order", "order ", "or\u00addder", "o\u0301", "\u00f3", `'; DROP TABLE orders; --`, `{"a":"b\"`, "a\nb\tc\r", "\u2028\u202e",
			"100%_?$1", "👩‍👩‍👧", "\x7f\x1b[31m", "null", "0", "<b>&amp;</b>", strings.Repeat("é", 64),
		}
		for _, key := range keys {
			put(ctx, d, r.message(0, key))
		}
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal(keys))
		for _, key := range keys {
			Expect(d.Get(ctx, r.bot, r.threads[0], key)).To(And(HaveField("Key", key), HaveField("State", outbox.Sent)))
		}
	})

	It("waits for the limiter of the fleet, longer than its patience too, without searching for messages", func(ctx SpecContext) {
		limiter := limits.New(&limits.Options{Adjust: func(l limits.Limit) limits.Limit {
			l.Most, l.Per = 2, 2*time.Second
			return l
		}})
		d, r := open(), newRoom(1, func(o *chat.FleetOptions) { o.Limiter = limiter })
		options := quick()
		options.Patience = time.Millisecond // shorter than the wait, and than a request may be
		keys := numbered(6)
		for _, key := range keys {
			put(ctx, d, r.message(0, key))
		}
		began := time.Now()
		stop := start(ctx, newWorker(d, r, options))
		settled(ctx, d)
		Expect(time.Since(began)).To(BeNumerically(">", 4*time.Second))
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal(keys))
		Expect(r.Requests(chattest.ListChatMessages)).To(BeEmpty())
		Expect(d.List(ctx, nil)).To(HaveEach(HaveField("Failures", 0)))
		Expect(outbox.Value(ctx, d.Outbox, mostAttempts)).To(BeEquivalentTo(1), "the job was snoozed, which is no attempt")
	})

	It("continues after it was stopped, also if a job was cancelled in River", func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		stop := start(ctx, newWorker(d, r, quick()))
		put(ctx, d, r.message(0, "a"))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		put(ctx, d, r.message(0, "b"), r.message(1, "c"))
		Expect(outbox.Exec(ctx, d.Outbox, nil,
			"UPDATE river_job SET state = 'cancelled', finalized_at = CURRENT_TIMESTAMP WHERE state = 'available'")).To(BeEquivalentTo(2))
		stop = start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
		Expect(r.texts(1)).To(Equal([]string{"c"}))
	})

	It("ends a job that was started again in River although its thread has no messages", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		stop := start(ctx, newWorker(d, r, quick()))
		put(ctx, d, r.message(0, "a"))
		settled(ctx, d)
		completed := func() (int64, error) {
			return outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM river_job WHERE state = 'completed'")
		}
		Eventually(completed).Should(BeEquivalentTo(1))
		changes(ctx, d, "UPDATE river_job SET state = 'available', finalized_at = NULL")
		Eventually(completed).Should(BeEquivalentTo(1))
		put(ctx, d, r.message(0, "b"))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
	})

	It("is not an error to stop before it has started", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		stopped, stop := context.WithCancel(ctx)
		stop()
		Expect(newWorker(d, r, quick()).Run(stopped)).To(Succeed())
	})

	It("deletes what was settled long ago", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Nth: 2})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		options := quick()
		options.KeepSent = time.Nanosecond
		stop = start(ctx, newWorker(d, r, options))
		Eventually(func() (map[outbox.State]int, error) { return d.Counts(ctx) }).
			Should(Equal(map[outbox.State]int{outbox.Failed: 1}))
		Expect(stop()).To(Succeed())
		_, err := d.Get(ctx, r.bot, r.threads[0], "a")
		Expect(err).To(MatchError(outbox.ErrNotFound))
	})

	It("deletes threads without messages, and starts again with them", func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		options := quick()
		options.KeepSent = -1
		stop := start(ctx, newWorker(d, r, options))
		put(ctx, d, r.message(0, "a"), r.message(1, "a"))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(outbox.Exec(ctx, d.Outbox, nil, "DELETE FROM chat_outbox_message WHERE thread_id = $1", r.threads[0])).To(BeEquivalentTo(1))
		before, err := outbox.Value(ctx, d.Outbox, "SELECT max(generation) FROM chat_outbox_lease")
		Expect(err).NotTo(HaveOccurred())
		stop = start(ctx, newWorker(d, r, options))
		for _, table := range []string{"thread", "lease"} {
			Eventually(func() (int64, error) {
				return outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM chat_outbox_"+table)
			}).Should(BeEquivalentTo(1))
		}
		put(ctx, d, r.message(0, "b"), r.message(1, "b"))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect([][]string{r.texts(0), r.texts(1)}).To(Equal([][]string{{"a", "b"}, {"a", "b"}}))
		Expect(outbox.Value(ctx, d.Outbox, "SELECT max(generation) FROM chat_outbox_lease")).To(BeNumerically(">", before), "a generation does not return")
	})

	It("rejects a transaction that is nil", func(ctx SpecContext) {
		var none Tx
		err := open().Enqueue(ctx, none, outbox.Message{User: chat.CommunicationUser{ID: "8:acs:a"}, ThreadID: "19:a@thread.v2", Key: "k", Content: "c"})
		argument, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
		Expect(argument.Name).To(Equal("tx"))
	})

	It("migrates once, however often it is asked to", func(ctx SpecContext) {
		d := open()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				defer GinkgoRecover()
				Expect(d.Migrate(ctx)).To(Succeed())
			})
		}
		all.Wait()
		Expect(outbox.Value(ctx, d.Outbox, "SELECT count(*) FROM chat_outbox_version")).To(BeEquivalentTo(2))
	})

	It("says what is missing if the database was not migrated", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		for _, table := range []string{"message", "thread", "lease", "version"} {
			_, err := outbox.Exec(ctx, d.Outbox, nil, "DROP TABLE chat_outbox_"+table)
			Expect(err).NotTo(HaveOccurred())
		}
		_, listErr := d.List(ctx, nil)
		_, getErr := d.Get(ctx, r.bot, r.threads[0], "a")
		_, countErr := d.Counts(ctx)
		_, retryErr := d.Retry(ctx, r.threads[0], "")
		enqueueErr := outbox.InTx(ctx, d.Outbox, func(tx Tx) error { return d.Enqueue(ctx, tx, r.message(0, "a")) })
		recordErr := d.RecordSent(ctx, limits.New(nil))
		for _, err := range []error{listErr, getErr, countErr, retryErr, enqueueErr, recordErr, newWorker(d, r, quick()).Run(ctx)} {
			Expect(err).To(MatchError(outbox.ErrNotMigrated))
		}
		Expect(d.Migrate(ctx)).To(Succeed())
		put(ctx, d, r.message(0, "a"))
	})

	rejected := func(ctx context.Context, m outbox.Message) *chat.ArgumentError {
		GinkgoHelper()
		d := open()
		err := outbox.InTx(ctx, d.Outbox, func(tx Tx) error { return d.Enqueue(ctx, tx, m) })
		argument, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
		Expect(d.List(ctx, nil)).To(BeEmpty())
		return argument
	}
	valid := outbox.Message{User: chat.CommunicationUser{ID: "8:acs:a"}, ThreadID: "19:a@thread.v2", Key: "k", Content: "c"}

	DescribeTable("rejects messages that could never be sent", func(ctx SpecContext, name string, spoil func(*outbox.Message)) {
		m := valid
		spoil(&m)
		Expect(rejected(ctx, m).Name).To(Equal(name))

		fleet, err := chat.NewFleet("https://contoso.communication.azure.com", new(failingMint).wrap(""), nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(fleet.Close)
		_, err = fleet.As(m.User).ThreadClient(m.ThreadID).SendMessageOnce(ctx, m.Key, m.Content, &chat.SendMessageOnceOptions{SendMessageOptions: m.SendMessageOptions})
		_, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
	},
		Entry("without a user", "User", func(m *outbox.Message) { m.User.ID = "" }),
		Entry("without a thread", "ThreadID", func(m *outbox.Message) { m.ThreadID = "" }),
		Entry("with a key that is too long", "Key", func(m *outbox.Message) { m.Key = string(make([]byte, 129)) }),
		Entry("without content", "Content", func(m *outbox.Message) { m.Content = "" }),
		Entry("with content that is not UTF-8", "Content", func(m *outbox.Message) { m.Content = "a\xff" }),
		Entry("with a name that is not UTF-8", "SenderDisplayName", func(m *outbox.Message) { m.SenderDisplayName = "a\xff" }),
		Entry("with a topic", "Type", func(m *outbox.Message) { m.Type = chat.MessageTypeTopicUpdated }),
		Entry("with participants who were added", "Type", func(m *outbox.Message) { m.Type = chat.MessageTypeParticipantAdded }),
		Entry("with participants who were removed", "Type", func(m *outbox.Message) { m.Type = chat.MessageTypeParticipantRemoved }),
		Entry("with the member of the key", "Metadata", func(m *outbox.Message) { m.Metadata = map[string]string{chat.OnceKeyMember: "x"} }),
	)

	It("rejects NUL, which Postgres cannot store", func(ctx SpecContext) {
		m := valid
		m.Content = "a\x00b"
		Expect(rejected(ctx, m).Name).To(Equal("Content"))
	})

	DescribeTable("has no worker", func(name string, options outbox.Options) {
		fleet, err := chat.NewFleet("https://contoso.communication.azure.com", new(failingMint).wrap(""), nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(fleet.Close)
		var d *outbox.Outbox[Tx]
		if name != "box" {
			d = open().Outbox
		}
		if name == "fleet" {
			fleet = nil
		}
		_, err = outbox.NewWorker(d, fleet, &options)
		argument, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
		Expect(argument.Name).To(Equal(name))
	},
		Entry("without an outbox", "box", outbox.Options{}),
		Entry("without a fleet", "fleet", outbox.Options{}),
		Entry("with a negative number of threads", "Threads", outbox.Options{Threads: -1}),
		Entry("with more threads than River can work on", "Threads", outbox.Options{Threads: 10_001}),
		Entry("with negative patience", "Patience", outbox.Options{Patience: -1}),
		Entry("with a negative interval of polling", "PollInterval", outbox.Options{PollInterval: -1}),
		Entry("with a shorter interval of polling than River has", "PollInterval", outbox.Options{PollInterval: time.Microsecond}),
		Entry("with a negative delay of retries", "RetryDelay", outbox.Options{RetryDelay: -1}),
	)
}

// failingMint fails some times before it issues a token.
type failingMint struct {
	mu     sync.Mutex // guards times and failed
	times  int
	failed int
}

func (f *failingMint) wrap(token string) mint {
	return func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.failed < f.times {
			f.failed++
			return chat.AccessToken{}, errors.New("no token today")
		}
		return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
	}
}

// end makes it issue tokens from now on, and returns how often it has failed.
func (f *failingMint) end() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.times = f.failed
	return f.failed
}
