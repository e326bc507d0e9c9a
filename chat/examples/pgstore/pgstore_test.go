package pgstore_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/examples/internal/storetest"
	"github.com/acschat/acs-chat-go/chat/examples/pgstore"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// addressVariable names a PostgreSQL server, in the form of a URL.
const addressVariable = "ACSCHAT_TEST_POSTGRES"

const defaultAddress = "postgres://postgres@127.0.0.1:5432/test"

func TestPostgresStore(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chat/examples/pgstore")
}

var _ = Describe("A store in PostgreSQL", func() {
	storetest.Specs(func(ctx context.Context) feed.Store {
		GinkgoHelper()
		pool, err := pgxpool.New(ctx, cmp.Or(os.Getenv(addressVariable), defaultAddress))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(pool.Close)
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := pool.Ping(limited); err != nil {
			Skip(fmt.Sprintf("PostgreSQL cannot be reached; name a server with %s, a URL: %v", addressVariable, err)) //nolint:forbidigo // not every machine has the server
		}
		schema := pgx.Identifier{fmt.Sprintf("acschat_feed_%d_%d", os.Getpid(), time.Now().UnixNano())}
		_, err = pool.Exec(ctx, "CREATE SCHEMA "+schema.Sanitize())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func(ctx SpecContext) {
			_, err := pool.Exec(ctx, "DROP SCHEMA "+schema.Sanitize()+" CASCADE")
			Expect(err).NotTo(HaveOccurred())
		})
		var store feed.Store
		var once sync.Once
		var replicas sync.WaitGroup
		for range 8 { // which start at the same time
			replicas.Go(func() {
				defer GinkgoRecover()
				opened, err := pgstore.Open(ctx, pool, append(schema[:1:1], "feed"))
				Expect(err).NotTo(HaveOccurred())
				once.Do(func() { store = opened })
			})
		}
		replicas.Wait()
		return store
	})
})
