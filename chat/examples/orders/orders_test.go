package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

func TestOrders(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "orders")
}

var _ = Describe("A shop on SQLite", func() {
	keepsItsPromise(func() string { return filepath.Join(GinkgoT().TempDir(), "shop.db") })
})

var _ = Describe("A shop on Postgres", func() { keepsItsPromise(newSchema) })

var _ = DescribeTable("The database of a shop", func(source, driver string) {
	GinkgoT().Chdir(GinkgoT().TempDir())
	db, _, err := open(source)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(db.Close()).To(Succeed()) }()
	Expect(fmt.Sprintf("%T", db.Driver())).To(Equal(driver))
},
	Entry("is Postgres with postgres://", "postgres://127.0.0.1:1/shop", "*stdlib.Driver"),
	Entry("is Postgres with postgresql://", "postgresql://127.0.0.1:1/shop", "*stdlib.Driver"),
	Entry("is SQLite with a file", "shop.db", "*sqlite.Driver"),
)

var _ = It("A shop refuses a URL of another database", func() {
	_, _, err := open("mysql://shop:s3cret@db/shop")
	Expect(err).To(MatchError("DATABASE_URL begins with mysql:// instead of postgres://"))
})

// newSchema creates an empty schema, and returns the URL of a database in which it is the only one.
func newSchema() string {
	GinkgoHelper()
	const variable = "ACSCHAT_TEST_POSTGRES"
	u, err := url.Parse(cmp.Or(os.Getenv(variable), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable"))
	Expect(err).NotTo(HaveOccurred())
	db, err := sql.Open("pgx", u.String())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		Skip(fmt.Sprintf("PostgreSQL cannot be reached; name a server with %s, a URL: %v", variable, err)) //nolint:forbidigo // not every machine has the server
	}
	schema := "orders_" + strings.ToLower(rand.Text())
	_, err = db.ExecContext(ctx, "CREATE SCHEMA "+schema)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) {
		_, err := db.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE")
		Expect(err).NotTo(HaveOccurred())
	})
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String()
}

// street is a service with the bot of a shop and a thread for each customer.
type street struct {
	*chattest.Service
	bot     chattest.User
	threads []string
}

func newStreet(customers int) *street {
	GinkgoHelper()
	service, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(service.Close)
	st := &street{Service: service, bot: service.NewUser()}
	for n := range customers {
		created, err := service.Client(st.bot).CreateThread(context.Background(), fmt.Sprint("Customer ", n), nil)
		Expect(err).NotTo(HaveOccurred())
		st.threads = append(st.threads, created.Thread.ID)
	}
	return st
}

// process is a running shop.
type process struct {
	*shop
	url  string
	stop func()
}

// start starts a shop as main does, with other waits.
func (s *street) start(source string) *process {
	GinkgoHelper()
	db, box, err := open(source)
	Expect(err).NotTo(HaveOccurred())
	log := slog.New(slog.DiscardHandler)
	made, err := newShop(context.Background(), db, box, chat.CommunicationUser{ID: s.bot.ID}, log)
	Expect(err).NotTo(HaveOccurred())
	fleet, err := chat.NewFleet(s.Endpoint(), func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
		return chat.AccessToken{Token: s.Token(s.bot, time.Hour, "chat"), ExpiresOn: time.Now().Add(time.Hour)}, nil
	}, &chat.FleetOptions{ClientOptions: *s.ClientOptions()})
	Expect(err).NotTo(HaveOccurred())
	options := made.workerOptions()
	options.PollInterval, options.ListingLag, options.RetryDelay = 20*time.Millisecond, -1, 20*time.Millisecond
	worker, err := outbox.NewWorker(box, fleet, options)
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(made.handler())
	ctx, cancel := context.WithCancel(context.Background())
	worked := make(chan error, 1)
	go func() {
		err := worker.Run(ctx)
		for errors.Is(err, outbox.ErrLockLost) { // which it may be if the process stands still for seconds
			err = worker.Run(ctx)
		}
		worked <- err
	}()
	p := &process{shop: made, url: server.URL}
	p.stop = sync.OnceFunc(func() {
		server.CloseClientConnections()
		server.Close()
		cancel()
		Expect(<-worked).NotTo(HaveOccurred())
		Expect(fleet.Close()).To(Succeed())
		Expect(db.Close()).To(Succeed())
	})
	DeferCleanup(p.stop)
	return p
}

// request sends an order and returns the status of the answer, 0 if there is none.
func (p *process) request(ctx context.Context, o order) int {
	body, err := json.Marshal(o)
	Expect(err).NotTo(HaveOccurred())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/orders", bytes.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

// stored are the ids of the orders in the database.
func (p *process) stored(ctx context.Context) []string {
	GinkgoHelper()
	rows, err := p.db.QueryContext(ctx, `SELECT id FROM orders`)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(rows.Close()).To(Succeed()) }()
	ids := []string{}
	for rows.Next() {
		var id string
		Expect(rows.Scan(&id)).To(Succeed())
		ids = append(ids, id)
	}
	Expect(rows.Err()).To(Succeed())
	return ids
}

// settled waits until no message is pending.
func (p *process) settled(ctx context.Context) {
	GinkgoHelper()
	Eventually(func() (map[outbox.State]int, error) { return p.box.Counts(ctx) }).
		WithTimeout(30 * time.Second).WithPolling(10 * time.Millisecond).ShouldNot(HaveKey(outbox.Pending))
}

// confirmed are the ids of the orders with a message, once for each message.
func (s *street) confirmed() []string {
	ids := []string{}
	for _, thread := range s.threads {
		for _, m := range s.Messages(thread) {
			if id := m.Metadata["order"]; id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// keepsItsPromise are the specs for every database.
func keepsItsPromise(source func() string) {
	It("sends the message of an order, once however often the order is repeated, and shows that", func(ctx SpecContext) {
		st := newStreet(1)
		p := st.start(source())
		o := order{ID: "17", Thread: st.threads[0], Item: "a bicycle"}
		Expect(p.request(ctx, o)).To(Equal(http.StatusCreated))
		Expect(p.request(ctx, o)).To(Equal(http.StatusOK))
		p.settled(ctx)
		Expect(st.Texts(o.Thread)).To(ContainElement("Order 17: a bicycle. Thank you!"))
		Expect(st.confirmed()).To(Equal([]string{"17"}))

		response, err := http.Get(p.url + "/orders/17")
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		var shown status
		Expect(json.NewDecoder(response.Body).Decode(&shown)).To(Succeed())
		Expect(shown.order).To(Equal(o))
		Expect(shown).To(And(HaveField("Message", outbox.Sent), HaveField("MessageID", Not(BeEmpty()))))
		missing, err := http.Get(p.url + "/orders/18")
		Expect(err).NotTo(HaveOccurred())
		defer missing.Body.Close()
		Expect(missing.StatusCode).To(Equal(http.StatusNotFound))
	})

	It("shows whether the message was sent or has failed, however long ago", func(ctx SpecContext) {
		st, from := newStreet(1), source()
		p := st.start(from)
		st.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Nth: 2})
		for _, id := range []string{"sent", "failed"} {
			Expect(p.request(ctx, order{ID: id, Thread: st.threads[0], Item: "a bell"})).To(Equal(http.StatusCreated))
			p.settled(ctx)
		}
		_, err := p.db.ExecContext(ctx, "UPDATE chat_outbox_message SET settled_at = 1")
		Expect(err).NotTo(HaveOccurred())
		p.stop()
		p = st.start(from)
		Eventually(func() (map[outbox.State]int, error) { return p.box.Counts(ctx) }).WithTimeout(30 * time.Second).ShouldNot(HaveKey(outbox.Sent))
		p.stop() // the failed ones are deleted after the sent ones
		p = st.start(from)
		Expect(p.find(ctx, "sent")).To(HaveField("Message", outbox.Sent))
		Expect(p.find(ctx, "failed")).To(HaveField("Message", outbox.Failed))
	})

	DescribeTable("stores and sends nothing for an invalid order", func(ctx SpecContext, o order, code int) {
		st := newStreet(1)
		p := st.start(source())
		Expect(p.request(ctx, o)).To(Equal(code))
		Expect(p.stored(ctx)).To(BeEmpty())
		Expect(p.box.Counts(ctx)).To(BeEmpty())
	},
		Entry("without an id", order{Thread: "19:a@thread.v2", Item: "a"}, http.StatusBadRequest),
		Entry("without a thread", order{ID: "1", Item: "a"}, http.StatusBadRequest),
		Entry("whose message cannot be enqueued", order{ID: "1", Thread: "..", Item: "a"}, http.StatusInternalServerError),
	)

	It("stores an order and sends its message, or neither, although requests and replies are lost and it stops in the middle", func(ctx SpecContext) {
		st, from := newStreet(4), source()
		st.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true, Every: 5})
		st.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true, Every: 7})
		accepted := make(map[string]bool)
		var mu sync.Mutex // guards accepted
		for round := range 4 {
			p := st.start(from)
			var customers sync.WaitGroup
			for n, thread := range st.threads {
				customers.Go(func() {
					defer GinkgoRecover()
					for i := range 12 {
						// Some customers do not wait for the answer, and some requests meet a shop that has stopped.
						patience := time.Minute
						if i%4 == 0 {
							patience = time.Duration(i+1) * time.Millisecond
						}
						impatient, cancel := context.WithTimeout(ctx, patience)
						o := order{ID: fmt.Sprint(round, "-", n, "-", i), Thread: thread, Item: "a bell"}
						if p.request(impatient, o) == http.StatusCreated {
							mu.Lock()
							accepted[o.ID] = true
							mu.Unlock()
						}
						cancel()
						if n == 0 && i == 10 && round < 3 {
							p.stop()
						}
					}
				})
			}
			customers.Wait()
			p.stop()
		}
		p := st.start(from)
		p.settled(ctx)
		Expect(st.confirmed()).To(ConsistOf(p.stored(ctx)))
		Expect(len(accepted)).To(BeNumerically(">=", 4*9), "the last shop has answered all patient customers")
		for id := range accepted {
			Expect(p.stored(ctx)).To(ContainElement(id))
		}
	}, NodeTimeout(2*time.Minute))
}
