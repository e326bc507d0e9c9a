package redislimits_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
)

// addressVariable names the Redis server of the specs.
const addressVariable = "ACSCHAT_TEST_REDIS"

var (
	// client is connected to the server, nil if it cannot be reached.
	client *redis.Client
	// prefix begins the keys of this run, which are removed at its end.
	prefix = "acschat:test:" + rand.Text() + ":"
	// unreachable says why the specs are skipped.
	unreachable string
)

func TestRedislimits(t *testing.T) {
	RegisterFailHandler(Fail)
	connect(t)
	RunSpecs(t, "chat/limits/redislimits")
	if unreachable == "" {
		removeKeys(t.Context(), prefix)
	}
}

// TestServer says whether the specs are skipped. "make test" shows what it says.
func TestServer(t *testing.T) {
	if connect(t); unreachable != "" {
		t.Skip("the specs of redislimits are skipped:", unreachable)
	}
}

// patience is the timeout of a call that is not expected to fail. Some of it may pass while the machine does something else.
const patience = time.Minute

// connect sets client, for the time of a test, and unreachable.
func connect(t *testing.T) {
	address := cmp.Or(os.Getenv(addressVariable), "127.0.0.1:6379")
	client = redis.NewClient(&redis.Options{Addr: address, DialTimeout: 2 * time.Second, ReadTimeout: patience})
	t.Cleanup(func() { _ = client.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		unreachable = fmt.Sprintf("no Redis at %s: %v. Start one, or set %s to its host and port", address, err, addressVariable)
	}
}

// removeKeys deletes all keys with a prefix.
func removeKeys(ctx context.Context, prefix string) {
	for keys := client.Scan(ctx, 0, prefix+"*", 1000).Iterator(); keys.Next(ctx); {
		client.Del(ctx, keys.Val())
	}
}

// needsRedis skips the spec if there is no server.
func needsRedis() {
	GinkgoHelper()
	if unreachable != "" {
		Skip(unreachable) //nolint:forbidigo // not every machine has the server
	}
}

// open returns a store of a resource of this run.
func open(resource string, options redislimits.Options) *redislimits.Store {
	GinkgoHelper()
	options.Prefix, options.Timeout = prefix, patience
	store, err := redislimits.New(client, resource, &options)
	Expect(err).NotTo(HaveOccurred())
	return store
}
