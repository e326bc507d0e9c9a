package redisstore_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat/examples/internal/storetest"
	"github.com/acschat/acs-chat-go/chat/examples/redisstore"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// addressVariable names a Redis server, host and port.
const addressVariable = "ACSCHAT_TEST_REDIS"

const defaultAddress = "127.0.0.1:6379"

func TestRedisStore(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chat/examples/redisstore")
}

var _ = Describe("A store in Redis", func() {
	storetest.Specs(func(ctx context.Context) feed.Store {
		GinkgoHelper()
		client := redis.NewClient(&redis.Options{Addr: cmp.Or(os.Getenv(addressVariable), defaultAddress)})
		DeferCleanup(client.Close)
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := client.Ping(limited).Err(); err != nil {
			Skip(fmt.Sprintf("Redis cannot be reached; name a server with %s, host:port: %v", addressVariable, err)) //nolint:forbidigo // not every machine has the server
		}
		prefix := fmt.Sprintf("acschat:feed:%d:%d:", os.Getpid(), time.Now().UnixNano())
		DeferCleanup(func(ctx SpecContext) {
			keys, err := client.Keys(ctx, prefix+"*").Result()
			Expect(err).NotTo(HaveOccurred())
			for _, key := range keys {
				Expect(client.Del(ctx, key).Err()).To(Succeed())
			}
		})
		return redisstore.New(client, prefix)
	})
})
