package emulator_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

// deliveryKillRounds is how often the emulator is killed while it delivers.
const deliveryKillRounds = 4

var _ = Describe("emulator --event-grid, killed under load", func() {
	It("delivers the events of all acknowledged messages, to the thread and to each recipient", func(ctx SpecContext) {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 1))
		b := &mailbox{got: make(map[string]map[string]bool)}
		server := httptest.NewServer(b)
		DeferCleanup(server.Close)
		sh, data := emptyShell(), GinkgoT().TempDir()
		args := []string{"--data", data, "--admin", "--event-grid", server.URL + "/events?code=x", "--event-grid-type", "ChatMessageReceived",
			"--event-grid-type", "ChatMessageReceivedInThread"}
		emulator, process := emulateProcess(sh, args...)
		load := newLoad(ctx, emulator)
		interrupted := 0
		for round := range deliveryKillRounds {
			deadline := 50 + random.IntN(200)
			By(fmt.Sprintf("round %d: killed at acknowledgement %d", round, deadline))
			load.run(ctx, emulator, deadline, func() { process.Kill() })
			Eventually(process).Should(gexec.Exit())
			interrupted += len(b.missing(load.journal))
			emulator, process = emulateProcess(sh, args...)
		}
		GinkgoWriter.Printf("%d messages had undelivered events at a kill; %s\n", interrupted, b)
		Expect(interrupted).To(BeNumerically(">", 0), "a kill must be in the middle of deliveries")
		Eventually(func(g Gomega) {
			// Those that failed are due after ten seconds.
			res, err := emulator.http.Post(emulator.Endpoint+"/admin/clock", "application/json", strings.NewReader(`{"advance":"10s"}`))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(res.Body.Close()).To(Succeed())
			g.Expect(b.missing(load.journal)).To(BeEmpty())
		}).WithTimeout(time.Minute).WithPolling(100 * time.Millisecond).Should(Succeed())
		emulator.http.CloseIdleConnections()
		Eventually(process.Interrupt()).Should(gexec.Exit(0))
	})
})

// mailbox is a webhook that remembers the events that it has accepted. It refuses one request in 50 and loses the answer of another.
type mailbox struct {
	mu       sync.Mutex                 // guards the fields below
	got      map[string]map[string]bool // thread and message → recipients, "" for the thread
	requests int
}

func (b *mailbox) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return fmt.Sprintf("%d requests about %d messages", b.requests, len(b.got))
}

func (b *mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var list []struct {
		Subject string
		Data    struct{ ValidationCode, ThreadID, MessageID string }
	}
	if json.NewDecoder(r.Body).Decode(&list) != nil {
		return // the emulator was killed
	}
	if code := list[0].Data.ValidationCode; code != "" {
		_, _ = fmt.Fprintf(w, `{"validationResponse":%q}`, code)
		return
	}
	b.mu.Lock()
	b.requests++
	n := b.requests % 50
	if n != 1 {
		for _, e := range list {
			message := e.Data.ThreadID + " " + e.Data.MessageID
			if b.got[message] == nil {
				b.got[message] = make(map[string]bool)
			}
			_, recipient, _ := strings.Cut(e.Subject, "/recipient/")
			b.got[message][recipient] = true
		}
	}
	b.mu.Unlock()
	switch n {
	case 1:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 2:
		panic(http.ErrAbortHandler)
	}
}

// missing lists the acknowledged messages of which an event was not delivered.
func (b *mailbox) missing(j *journal) (ids []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range j.threads {
		for _, m := range t.messages {
			// The thread, and each participant except the sender.
			if got := b.got[t.id+" "+m.id]; m.id != "" && (!got[""] || len(got) != t.people) {
				ids = append(ids, m.id)
			}
		}
	}
	return ids
}
