package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

// An order is stored, and its message is sent.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	shop := openShop()
	defer shop.close()

	tx, err := shop.db.BeginTx(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := tx.ExecContext(ctx, "CREATE TABLE orders (id integer); INSERT INTO orders VALUES (17)"); err != nil {
		log.Fatal(err)
	}
	message := outbox.Message{User: shop.bot, ThreadID: shop.thread, Key: "order-17", Content: "Your order is placed."}
	if err := shop.box.Enqueue(ctx, tx, message); err != nil {
		log.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		log.Fatal(err)
	}

	worker, err := outbox.NewWorker(shop.box, shop.fleet, nil)
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	for {
		entry, err := shop.box.Get(ctx, shop.bot, shop.thread, "order-17")
		if err != nil {
			log.Fatal(err)
		}
		if entry.State != outbox.Pending {
			fmt.Println(entry.State)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	fmt.Println(<-ended)
	fmt.Println(shop.service.Texts(shop.thread)[0])
	// Output:
	// sent
	// <nil>
	// Your order is placed.
}

// Messages that the service has refused are shown with its error, and sent again.
func ExampleOutbox_Retry() {
	ctx, stop := context.WithCancel(context.Background())
	shop := openShop()
	defer shop.close()
	shop.service.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Message: "The user was removed."})
	tx, err := shop.db.BeginTx(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := shop.box.Enqueue(ctx, tx, outbox.Message{User: shop.bot, ThreadID: shop.thread, Key: "order-17", Content: "Shipped."}); err != nil {
		log.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		log.Fatal(err)
	}
	failed := make(chan outbox.Entry)
	worker, err := outbox.NewWorker(shop.box, shop.fleet, &outbox.Options{OnFailed: func(e outbox.Entry) { failed <- e }})
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	fmt.Println((<-failed).Key)

	entries, err := shop.box.List(ctx, &outbox.ListOptions{State: outbox.Failed})
	for _, e := range entries {
		fmt.Println(e.Key, e.State, errors.Is(e.Err, chat.ErrForbidden))
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shop.box.Retry(ctx, shop.thread, "order-17"))
	stop()
	<-ended
	// Output:
	// order-17
	// order-17 failed true
	// 1 <nil>
}

func ExampleNewPostgres() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	box, err := outbox.NewPostgres(pool)
	if err != nil {
		log.Fatal(err)
	}
	if err := box.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	order := func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO orders (id) VALUES (17)"); err != nil {
			return err
		}
		return box.Enqueue(ctx, tx, outbox.Message{
			User: chat.CommunicationUser{ID: "8:acs:…"}, ThreadID: "19:…@thread.v2", Key: "order-17", Content: "Your order is placed.",
		})
	}
	// A transaction that Postgres ends because of a deadlock is repeated, as with any other statement.
	for range 3 {
		if err = pgx.BeginFunc(ctx, pool, order); !isDeadlock(err) {
			break
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

func isDeadlock(err error) bool {
	postgres, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (postgres.Code == "40P01" || postgres.Code == "40001")
}

func ExampleNewDatabaseSQL() {
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL")) // with the driver github.com/jackc/pgx/v5/stdlib
	if err != nil {
		log.Fatal(err)
	}
	box, err := outbox.NewDatabaseSQL(db)
	if err != nil {
		log.Fatal(err)
	}
	counts, err := box.Counts(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(counts[outbox.Pending], counts[outbox.Failed])
}

// exampleShop is a program with an outbox on SQLite, and an emulator.
type exampleShop struct {
	service *chattest.Service
	fleet   *chat.Fleet
	bot     chat.CommunicationUser
	thread  string
	db      *sql.DB
	box     *outbox.Outbox[*sql.Tx]
	close   func()
}

func openShop() *exampleShop {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	user := service.NewUser()
	created, err := service.Client(user).CreateThread(context.Background(), "", nil)
	if err != nil {
		log.Fatal(err)
	}
	mint := func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) { // usually that of package identity
		return chat.AccessToken{Token: service.Token(user, time.Hour, "chat"), ExpiresOn: time.Now().Add(time.Hour)}, nil
	}
	fleet, err := chat.NewFleet(service.Endpoint(), mint, &chat.FleetOptions{ClientOptions: *service.ClientOptions()})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "outbox")
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "shop.db")+"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)")
	if err != nil {
		log.Fatal(err)
	}
	box, err := outbox.NewSQLite(db)
	if err != nil {
		log.Fatal(err)
	}
	if err := box.Migrate(context.Background()); err != nil {
		log.Fatal(err)
	}
	return &exampleShop{service, fleet, chat.CommunicationUser{ID: user.ID}, created.Thread.ID, db, box, func() {
		_ = db.Close()
		_ = os.RemoveAll(dir)
		_ = fleet.Close()
		_ = service.Close()
	}}
}
