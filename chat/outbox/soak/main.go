// Command soak sends many messages through an outbox while its workers are killed and the service loses requests and replies, and checks
// that each message was sent once, in order, and within the rate limits. It exits with status 1 if not.
//
// The emulator is another process, with windows sixty times as short as the published ones; so are the limiter and the lags of the
// workers. It loses one reply in ten after the message was sent, and resets one connection in ten before. The workers are processes too:
// several on Postgres with a limiter shared through Redis, and one on SQLite with a limiter in memory.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// The servers are those of the specs, and have the same variables.
const (
	postgresVariable = "ACSCHAT_TEST_POSTGRES"
	redisVariable    = "ACSCHAT_TEST_REDIS"
)

func main() {
	if given := os.Getenv(workerVariable); given != "" {
		end(work(context.Background(), given))
		return
	}
	emulator := flag.String("emulator", "acschat", "the `FILE` of the tool whose emulator is the service")
	only := flag.String("only", "", "run on this database alone: postgres or sqlite")
	messages := flag.Int("messages", 0, "send `N` messages (default 100000 on Postgres and 10000 on SQLite)")
	flag.Parse()
	end(run(context.Background(), *emulator, *only, *messages))
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// run runs on one database after the other, and prints the results.
func run(ctx context.Context, emulator, only string, messages int) error {
	var failed error
	if only != "sqlite" {
		failed = errors.Join(failed, soakPostgres(ctx, &plan{
			Emulator: emulator, Messages: cmp.Or(messages, 100_000), Threads: 20, Users: 4, Workers: 4, KillEvery: 5 * time.Second, Lease: 2 * time.Minute / divisor, LeastUse: 0.6,
			Postgres: postgresURL(), Redis: redisAddress(), Out: os.Stdout, Log: os.Stderr,
		}))
	}
	if only != "postgres" {
		failed = errors.Join(failed, soakSQLite(ctx, &plan{
			Emulator: emulator, Messages: cmp.Or(messages, 10_000), Threads: 20, Users: 4, Workers: 1, Kills: 20, Out: os.Stdout, Log: os.Stderr,
		}))
	}
	return failed
}

func postgresURL() string {
	return cmp.Or(os.Getenv(postgresVariable), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
}

// redisAddress returns the URL of a Redis server. The variable may be an address.
func redisAddress() string {
	address := cmp.Or(os.Getenv(redisVariable), "127.0.0.1:6379")
	if !strings.Contains(address, "://") {
		address = "redis://" + address
	}
	return address
}
