package redislimits_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
)

// The window of the processes: that of ten seconds, fifty times as fast, and nothing else.
const (
	most    = 10
	per     = 200 * time.Millisecond
	clients = 5 // of a process
)

// workerVariable makes this program one of the processes. It is the prefix of the keys.
const workerVariable = "ACSCHAT_TEST_WORKER"

// TestWorker sends requests of five clients until it is killed or its stdin ends, and prints when each has arrived.
func TestWorker(t *testing.T) {
	prefix := os.Getenv(workerVariable)
	if prefix == "" {
		t.Skip("it is run by a spec")
	}
	connect(t)
	store, err := redislimits.New(client, "processes", &redislimits.Options{Prefix: prefix, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	l := limits.New(&limits.Options{Store: store, Adjust: func(l limits.Limit) limits.Limit {
		if l.Per != 10*time.Second {
			l.Most = 0
		}
		l.Per = per
		return l
	}})
	ctx, end := context.WithCancel(t.Context())
	go func() {
		defer end()
		_, _ = os.Stdin.Read(make([]byte, 1))
	}()
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for {
				answered, err := l.Wait(ctx, chat.LimitedRequest{Operation: "ChatThread_SendChatMessage", Thread: "19:a"})
				if err != nil {
					return
				}
				time.Sleep(rand.N(3 * time.Millisecond)) // on its way
				fmt.Printf("%d\n", time.Now().UnixNano())
				time.Sleep(rand.N(3 * time.Millisecond))
				answered(http.StatusCreated, 0)
			}
		})
	}
	all.Wait()
}

var _ = Describe("Several processes", func() {
	BeforeEach(needsRedis)

	It("stay within the windows together and use them, also if one of them is killed", func(ctx SpecContext) {
		const processes = 4
		var mu sync.Mutex // guards arrivals
		var arrivals []time.Time
		var all sync.WaitGroup
		start := func() (stop, kill func()) {
			GinkgoHelper()
			worker := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestWorker$")
			worker.Env = append(os.Environ(), workerVariable+"="+prefix)
			worker.Stderr = GinkgoWriter
			in, err := worker.StdinPipe()
			Expect(err).NotTo(HaveOccurred())
			out, err := worker.StdoutPipe()
			Expect(err).NotTo(HaveOccurred())
			Expect(worker.Start()).To(Succeed())
			all.Go(func() {
				for lines := bufio.NewScanner(out); lines.Scan(); {
					if at, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil { // the others are of the testing package
						mu.Lock()
						arrivals = append(arrivals, time.Unix(0, at))
						mu.Unlock()
					}
				}
				_ = worker.Wait()
			})
			return func() { _ = in.Close() }, func() { _ = worker.Process.Kill() }
		}
		var stops []func()
		for range processes {
			stop, _ := start()
			stops = append(stops, stop)
		}
		_, kill := start()
		arrived := func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(arrivals)
		}
		Eventually(ctx, arrived).Should(BeNumerically(">", 10*most))
		kill()
		before := arrived()
		Eventually(ctx, arrived).Should(BeNumerically(">", before+10*most))
		for _, stop := range stops {
			stop()
		}
		all.Wait()
		slices.SortFunc(arrivals, time.Time.Compare)
		for i := most; i < len(arrivals); i++ {
			Expect(arrivals[i].Sub(arrivals[i-most])).To(BeNumerically(">=", per), "request %d", i)
		}
		// A window is full at times, whatever the machine does at others. The killed process may have had a request of each client in progress.
		const left = most - clients
		shortest := time.Hour
		for i := before + left - 1; i < len(arrivals); i++ {
			shortest = min(shortest, arrivals[i].Sub(arrivals[i-left+1]))
		}
		AddReportEntry("the shortest time of as many requests as a window allows", shortest)
		Expect(shortest).To(BeNumerically("<", per))
	}, SpecTimeout(2*time.Minute))
})
