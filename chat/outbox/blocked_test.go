package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

var _ = Describe("A message that cannot be sent, on SQLite,", func() { blocksNothing[*sql.Tx](newSQLite) })
var _ = Describe("A message that cannot be sent, on Postgres,", func() { blocksNothing[pgx.Tx](newPostgres) })

// tried makes the only pending message one whose first attempt has just begun, with an unknown outcome.
func tried[Tx any](ctx context.Context, d *database[Tx]) {
	GinkgoHelper()
	now := map[string]string{"sqlite": "unixepoch()", "postgres": "extract(epoch FROM now())::bigint"}[d.kind]
	Expect(outbox.Exec(ctx, d.Outbox, nil, "UPDATE chat_outbox_message SET first_attempt = 1000000 * "+now)).To(BeEquivalentTo(1))
}

// blocksNothing are the promises for the messages after one that cannot be sent.
func blocksNothing[Tx any](open func() *database[Tx]) {
	DescribeTable("is failed at once if the service refuses it for good", func(ctx SpecContext, status int) {
		d, r := open(), newRoom(1)
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: status})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"b"}))
		entry, err := d.Get(ctx, r.bot, r.threads[0], "a")
		Expect(err).NotTo(HaveOccurred())
		Expect(entry.State).To(Equal(outbox.Failed))
		Expect(entry.Err).NotTo(MatchError(chat.ErrOutcomeUnknown))
		service, ok := errors.AsType[*chat.Error](entry.Err)
		Expect(ok).To(BeTrue())
		Expect(service.StatusCode).To(Equal(status))
	},
		Entry("with 405", http.StatusMethodNotAllowed),
		Entry("with 409", http.StatusConflict),
		Entry("with 415", http.StatusUnsupportedMediaType),
		Entry("with 422", http.StatusUnprocessableEntity),
	)

	DescribeTable("is repeated if the response is not about the message", func(ctx SpecContext, status int) {
		d, r := open(), newRoom(1)
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: status, Times: 2})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
	},
		Entry("with 401", http.StatusUnauthorized),
		Entry("with 407", http.StatusProxyAuthRequired),
		Entry("with 425", http.StatusTooEarly),
	)

	It("is repeated if the identity API refuses a token", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		token := r.Token(r.user, time.Hour, "chat")
		var calls atomic.Int32
		r.fleet = newFleet(r.address, func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
			if n := calls.Add(1); n <= 2 {
				return chat.AccessToken{}, &chat.Error{StatusCode: []int{403, 401}[n-1]}
			}
			return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
		})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(HaveField("Failures", 2))
	})

	It("is failed if a deleted message may have been it, and is not sent by Retry", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		put(ctx, d, r.message(0, "a"))
		tried(ctx, d)
		put(ctx, d, r.message(0, "b"))
		own := r.Client(r.user).ThreadClient(r.threads[0])
		deleted, err := own.SendMessage(ctx, "a", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(own.DeleteMessage(ctx, deleted.ID)).To(Succeed())
		options, failed := quick(), make(chan outbox.Entry, 2)
		options.OnFailed = func(e outbox.Entry) { failed <- e }
		stop := start(ctx, newWorker(d, r, options))
		settled(ctx, d)
		Eventually(failed).Should(Receive(And(HaveField("Key", "a"), HaveField("Err", MatchError(chat.ErrOutcomeUnknown)))))
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(And(HaveField("State", outbox.Failed), HaveField("Err", MatchError(chat.ErrOutcomeUnknown))))
		Expect(d.Retry(ctx, r.threads[0], "a")).To(Equal(1))
		Eventually(failed).Should(Receive())
		Expect(stop()).To(Succeed())
		Expect(r.sends()).To(Equal(2), "the deleted one and b")
	})

	It("is failed if the thread may not be read any more after an unknown outcome", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		put(ctx, d, r.message(0, "a"))
		tried(ctx, d)
		r.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusForbidden})
		put(ctx, d, r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"b"}))
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(HaveField("Err", And(MatchError(chat.ErrOutcomeUnknown), MatchError(chat.ErrForbidden))))
	})

	It("is sent again after ten minutes at most, however long the service asks to wait", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 24 * time.Hour})
		put(ctx, d, r.message(0, "a"))
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(func() (outbox.Entry, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).
			Should(HaveField("Err", MatchError(chat.ErrThrottled)))
		Expect(stop()).To(Succeed())
		until, err := outbox.Value(ctx, d.Outbox, "SELECT not_before FROM chat_outbox_message")
		Expect(err).NotTo(HaveOccurred())
		Expect(time.UnixMicro(until)).To(BeTemporally("~", time.Now().Add(10*time.Minute), time.Minute))
	})

	It("is given up some time after its first failure, and reported", func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		ghost := chat.CommunicationUser{ID: r.bot.ID + "-ghost"}
		token := r.Token(r.user, time.Hour, "chat")
		r.fleet = newFleet(r.address, func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
			if user == ghost {
				return chat.AccessToken{}, &chat.Error{StatusCode: 404}
			}
			return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
		})
		m := r.message(0, "a")
		m.User = ghost
		put(ctx, d, m, r.message(0, "b"))
		options, failed := quick(), make(chan outbox.Entry, 1)
		options.GiveUpAfter = 100 * time.Millisecond
		options.OnFailed = func(e outbox.Entry) { failed <- e }
		stop := start(ctx, newWorker(d, r, options))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(failed).To(Receive(And(HaveField("Key", "a"), HaveField("Err", MatchError(chat.ErrNoToken)))))
		Expect(r.texts(0)).To(Equal([]string{"b"}))
	})

	It("is failed by Fail, and sent again by Retry", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		r.fleet = newFleet(r.address, func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
			return chat.AccessToken{}, errors.New("no token today")
		})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"), r.message(0, "c"))
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(func() (outbox.Entry, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).
			Should(HaveField("Failures", BeNumerically(">", 0)))
		Expect(stop()).To(Succeed())
		Expect(d.Fail(ctx, r.threads[0], "a")).To(Equal(1))
		Expect(d.Fail(ctx, r.threads[0], "a")).To(Equal(0))
		Expect(d.Fail(ctx, r.threads[0], "b")).To(Equal(1))
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(And(HaveField("State", outbox.Failed),
			HaveField("SettledOn", BeTemporally("~", time.Now(), time.Minute)), HaveField("Err", MatchError(ContainSubstring("no token today")))))
		Expect(d.Get(ctx, r.bot, r.threads[0], "b")).To(HaveField("Err", MatchError("given up before the first attempt")))
		r.fleet = newFleet(r.address, mintOne(r.Token(r.user, time.Hour, "chat")))
		stop = start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(r.texts(0)).To(Equal([]string{"c"}))
		Expect(d.Retry(ctx, r.threads[0], "")).To(Equal(2))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"c", "a", "b"}))
	})

	It("is sent if Fail is called too late", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		release := r.hold(http.MethodPost)
		put(ctx, d, r.message(0, "a"), r.message(0, "b"))
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(r.sends).WithPolling(time.Millisecond).Should(Equal(1))
		Expect(d.Fail(ctx, r.threads[0], "")).To(Equal(2))
		release()
		Eventually(func() (outbox.Entry, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).
			Should(And(HaveField("State", outbox.Sent), HaveField("MessageID", Not(BeEmpty())), HaveField("Err", BeNil())))
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a"}))
		Expect(d.Get(ctx, r.bot, r.threads[0], "b")).To(HaveField("State", outbox.Failed))
	})

	DescribeTable("is unknown if Fail is called for it during an attempt", func(ctx SpecContext, failures int, last string) {
		d, r := open(), newRoom(1)
		r.fleet = newFleet(r.address, (&failingMint{times: failures}).wrap(""))
		put(ctx, d, r.message(0, "a"))
		if failures > 0 {
			stop := start(ctx, newWorker(d, r, quick()))
			Eventually(func() (outbox.Entry, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).
				Should(HaveField("Failures", BeNumerically(">", 0)))
			Expect(stop()).To(Succeed())
		}
		tried(ctx, d) // by a worker that was killed
		put(ctx, d, r.message(0, "b"))
		Expect(d.Fail(ctx, r.threads[0], "")).To(Equal(2))
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(And(HaveField("State", outbox.Failed),
			HaveField("Err", And(MatchError(chat.ErrOutcomeUnknown), MatchError(ContainSubstring(last))))))
		Expect(d.Get(ctx, r.bot, r.threads[0], "b")).To(HaveField("Err", MatchError("given up before the first attempt")))
	},
		Entry("that was the first", 0, "given up during an attempt"),
		Entry("after one that has failed", 1_000_000, "no token today"),
	)

	It("is sent if Fail is called too late, although another worker has taken over its thread", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		r.slowly(500 * time.Millisecond)
		put(ctx, d, r.message(0, "a"))
		stop := start(ctx, newWorker(d, r, quick()))
		Eventually(r.sends).WithPolling(time.Millisecond).Should(Equal(1))
		Expect(d.Fail(ctx, r.threads[0], "a")).To(Equal(1))
		changes(ctx, d, "UPDATE chat_outbox_lease SET generation = generation + 1")
		Eventually(func() (outbox.Entry, error) { return d.Get(ctx, r.bot, r.threads[0], "a") }).
			Should(And(HaveField("State", outbox.Sent), HaveField("MessageID", Not(BeEmpty())), HaveField("Err", BeNil())))
		Expect(stop()).To(Succeed())
	})

	It("is found among many messages although the limiter asks to wait longer than the patience", func(ctx SpecContext) {
		limiter := limits.New(&limits.Options{Adjust: func(l limits.Limit) limits.Limit {
			l.Most, l.Per = 1, 200*time.Millisecond
			return l
		}})
		d, r := open(), newRoom(1, func(o *chat.FleetOptions) { o.Limiter = limiter })
		put(ctx, d, r.message(0, "a"))
		tried(ctx, d)
		own := r.Client(r.user).ThreadClient(r.threads[0])
		sent, err := own.SendMessage(ctx, "a", &chat.SendMessageOptions{Metadata: map[string]string{chat.OnceKeyMember: "a"}})
		Expect(err).NotTo(HaveOccurred())
		for range 250 {
			_, err := own.SendMessage(ctx, "other", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		options := quick()
		options.Patience = time.Millisecond
		stop := start(ctx, newWorker(d, r, options))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(d.Get(ctx, r.bot, r.threads[0], "a")).To(HaveField("MessageID", sent.ID))
	})

	It("delays the thread for seconds only if OnFailed panics", func(ctx SpecContext) {
		d, r := open(), newRoom(1)
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Times: 3})
		put(ctx, d, r.message(0, "a"), r.message(0, "b"), r.message(0, "c"), r.message(0, "d"))
		options := quick()
		options.OnFailed = func(outbox.Entry) { panic("not today") }
		stop := start(ctx, newWorker(d, r, options))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"d"}))
	})
}
