package redislimits_test

import (
	"bufio"
	"cmp"
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
	most = 10
	per  = 200 * time.Millisecond
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
	store, err := redislimits.New(client, "processes", &redislimits.Options{Prefix: prefix, Lease: time.Second})
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
	for range 5 {
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
		const processes, span = 4, 4 * time.Second
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
		Eventually(ctx, arrived).WithTimeout(30 * time.Second).Should(BeNumerically(">", most))
		time.Sleep(span / 2)
		kill()
		time.Sleep(span / 2)
		for _, stop := range stops {
			stop()
		}
		all.Wait()
		slices.SortFunc(arrivals, time.Time.Compare)
		for i := most; i < len(arrivals); i++ {
			Expect(arrivals[i].Sub(arrivals[i-most])).To(BeNumerically(">=", per), "request %d", i)
		}
		took := arrivals[len(arrivals)-1].Sub(arrivals[0])
		use := float64(len(arrivals)) / (most * cmp.Or(took.Seconds(), 1) / per.Seconds())
		AddReportEntry("use of the window", use)
		Expect(use).To(BeNumerically(">", 0.3), "more on an idle machine")
	}, SpecTimeout(2*time.Minute))
})
