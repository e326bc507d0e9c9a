package soak_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log" //nolint:depguard // net/http writes to it
	"maps"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"time"
	"weak"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// maxHeap is what the whole table may hold at any time, clients and service together.
const maxHeap = 384 << 20

var _ = Describe("Faults of the transport", Serial, Ordered, func() {
	It("have the outcomes in REPORT.md, and leave nothing behind", func(ctx SpecContext) {
		heap := watchHeap()
		cells, bubbles := 0, 0
		known := readReport()
		var differences []string
		report := new(strings.Builder)
		for _, s := range sections() {
			began := time.Now()
			rows := make(map[bool][][]string)
			for i, f := range s.faults {
				if !whole() && (i%8 != 0 || f.cuts || s.title == "Size") {
					continue // the short run takes one in eight, and none of those with much to send
				}
				for _, always := range []bool{false, true} {
					row := []string{f.name}
					By(s.heading(always) + ": " + f.name)
					bubbles++
					bubble(func() { row = append(row, f.cells(always)...) })
					cells += len(row) - 1
					rows[always] = append(rows[always], row)
					for _, difference := range known.compare(s.heading(always), row) {
						fmt.Println(difference) // at once: the run has minutes to go
						differences = append(differences, difference)
					}
				}
			}
			s.write(report, rows)
			figure(s.title, time.Since(began).Round(time.Second/10).String())
		}
		peak := heap()
		figure("the table", fmt.Sprintf("%d faults, %d cells; at most %d MiB on the heap", bubbles/2, cells, peak>>20))
		Expect(peak).To(BeNumerically("<", uint64(maxHeap)))
		if *update {
			Expect(os.WriteFile(reportFile, []byte(reportHead+report.String()), 0o600)).To(Succeed())
			return
		}
		Expect(differences).To(BeEmpty(), "run go test ./chat/soak -update, and look at the difference")
		if full {
			Expect(known.text).To(Equal(reportHead+report.String()), "REPORT.md has lines that no fault makes")
		}
	})
})

// cells runs a fault once for each class.
func (f *fault) cells(always bool) (row []string) {
	service, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(service.Close()).To(Succeed()) }()
	people := newCast(service)
	var clients []weak.Pointer[chat.Client]
	for _, c := range classes() {
		if f.lists && c.name != "list" {
			row = append(row, "")
			continue
		}
		outcomes := make(map[string]requests)
		for _, step := range c.stepsOf(f) {
			places := 1
			var r *room
			for cut := 0; cut < places; cut += f.stride(cut, places, always) {
				if r == nil || c.effects != nil {
					r, err = people.newRoom(context.Background())
					Expect(err).NotTo(HaveOccurred())
				}
				n := &network{service: service, fault: f, always: always, only: step, cut: cut}
				outcome, count := n.run(c, r)
				clients = append(clients, n.client)
				if f.cuts {
					places = max(places, n.places)
				}
				if n.hit == 0 {
					continue // the call has no such request
				}
				outcomes[outcome] = outcomes[outcome].with(count)
			}
		}
		var texts []string
		for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
			name, done, _ := strings.Cut(outcome, " ")
			texts = append(texts, strings.TrimSpace(name+" "+outcomes[outcome].String()+" "+done))
		}
		row = append(row, strings.Join(texts, "; "))
	}
	runtime.GC()
	held := 0
	for _, client := range clients {
		if client.Value() != nil {
			held++
		}
	}
	Expect(held).To(BeZero(), "closed clients are held by timers, or by something else: "+f.name)
	return row
}

// whole reports whether every fault is tried, at every place.
func whole() bool { return full || *update }

// stride is the distance to the next place at which a response is cut: a byte in the full run, and near the beginning and the end.
func (f *fault) stride(cut, places int, always bool) int {
	if whole() && !always || cut < 20 || cut >= places-20 {
		return 1
	}
	return min(89, places-20-cut)
}

func (c *class) stepsOf(f *fault) []string {
	if c.steps == nil || f.dial != nil || f.connection != nil {
		return []string{""}
	}
	return c.steps
}

// run makes the call of a class over the network, and describes the outcome.
func (n *network) run(c *class, r *room) (outcome string, requests int) {
	watch := newWatch(r.token)
	if c.name == "send once" {
		watch.method = http.MethodPost // how often it sends; it may also list
	}
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: r.token})
	Expect(err).NotTo(HaveOccurred())
	transport := n.transport(n.fault.version())
	options := &chat.ClientOptions{Logger: watch.logger()}
	options.Transport = &http.Client{Transport: transport}
	options.TracingProvider = watch.tracing()
	client, err := chat.NewClient(n.service.Endpoint(), credential, options)
	Expect(err).NotTo(HaveOccurred())
	n.client = weak.Make(client)
	azlog.SetListener(func(_ azlog.Event, text string) { watch.say(text) })
	defer azlog.SetListener(nil)
	log.SetOutput(io.Discard) // see the head of the report
	defer log.SetOutput(os.Stderr)

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	if n.fault.reused {
		struck := n.fault
		n.fault = &fault{}
		Expect(client.ThreadClient(r.threadID).GetProperties(ctx)).Error().NotTo(HaveOccurred())
		n.fault = struck
		watch.requests = 0
	}
	result, broken := c.call(ctx, client, r)
	n.mu.Lock()
	n.quiet = true
	n.mu.Unlock()
	place := fmt.Sprintf("%s, %s, always %t, %s, cut %d: %v", n.fault.name, c.name, n.always, n.only, n.cut, result)
	if !n.fault.misleads {
		Expect(broken).NotTo(HaveOccurred(), place)
	}

	client.Close()
	Expect(credential.Close()).To(Succeed())
	transport.CloseIdleConnections()
	dialed := n.dialed
	time.Sleep(time.Minute) // within the context of the call, whose end would close what is left
	transport.CloseIdleConnections()
	n.settle(place)
	time.Sleep(time.Hour) // what a timer of the client would do is done now; cells looks for longer ones
	transport.CloseIdleConnections()
	n.settle(place)
	Expect(n.dialed).To(Equal(dialed), "a connection is opened after the end: "+place)
	watch.see(result)
	watch.check(place, client, credential, options)
	for _, req := range n.elsewhere {
		Expect(req.Header).NotTo(Or(HaveKey("Authorization"), HaveKey("X-Skypetoken")), "the token has left for another host: "+place)
	}

	outcome = outcomeOf(result)
	effects := -1
	if c.effects != nil {
		effects = c.effects(r)
		Expect(effects).To(BeNumerically("<=", 1), "done more than once: "+place)
		Expect(result != nil || broken != nil || effects == 1).To(BeTrue(), "reported as done, and is not: "+place)
		Expect(effects == 1 && certainlyNotDone(c, result)).To(BeFalse(), "reported as not done, and is: "+place)
	}
	if broken != nil {
		outcome = "misled"
	}
	if result != nil && effects == 1 {
		outcome += " (done)"
	}
	return outcome, watch.requests
}

// certainlyNotDone reports whether a caller has to understand an error so that the call had no effect.
func certainlyNotDone(c *class, err error) bool {
	if c.name == "send" || c.name == "send once" {
		return err != nil && !errors.Is(err, chat.ErrOutcomeUnknown)
	}
	refusal, ok := errors.AsType[*chat.Error](err)
	return ok && refusal.StatusCode >= 400 && refusal.StatusCode < 500 && refusal.StatusCode != http.StatusRequestTimeout &&
		!strings.Contains(err.Error(), "an earlier try")
}

// requests is how many requests calls have sent, from the least to the most.
type requests struct{ least, most int }

func (r requests) with(count int) requests {
	if r.most == 0 {
		return requests{count, count}
	}
	return requests{min(r.least, count), max(r.most, count)}
}

// String has no numbers above 20, which depend on the time that a call had.
func (r requests) String() string {
	switch {
	case r.most > 20:
		return "many"
	case r.least == r.most:
		return strconv.Itoa(r.least)
	}
	return strconv.Itoa(r.least) + "–" + strconv.Itoa(r.most)
}

// outcomeOf names an outcome as a caller tells it apart.
func outcomeOf(err error) string {
	refusal, refused := errors.AsType[*chat.Error](err)
	timeout, timed := errors.AsType[net.Error](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, chat.ErrOutcomeUnknown):
		return "unknown"
	case refused && refusal.StatusCode < 300:
		return "malformed"
	case refused:
		return strconv.Itoa(refusal.StatusCode)
	case certificate:
		return "certificate"
	case errors.Is(err, context.DeadlineExceeded), timed && timeout.Timeout():
		return "timeout"
	}
	return "error"
}

// watchHeap samples the heap until the function it returns is called, which returns the highest value. It begins without what earlier
// specs have left on the heap: the collector would let it stay, and allow as much again.
func watchHeap() (stop func() uint64) {
	for range 2 { // finalizers, and pools
		runtime.GC()
	}
	ended, peak := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		var most uint64
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-ticker.C:
			case <-ended:
				peak <- most
				return
			}
		}
	}()
	return func() uint64 { close(ended); return <-peak }
}

const reportFile = "REPORT.md"

// report is what the table was.
type report struct {
	text string
	rows map[string][]string // by heading and fault
}

func readReport() report {
	text, err := os.ReadFile(reportFile)
	Expect(err).NotTo(HaveOccurred())
	r := report{string(text), make(map[string][]string)}
	heading := ""
	for line := range strings.SplitSeq(r.text, "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			heading = title
		} else if row, ok := strings.CutPrefix(line, "| "); ok {
			cells := strings.Split(strings.TrimSuffix(row, " |"), " | ")
			r.rows[heading+": "+cells[0]] = cells
		}
	}
	return r
}

// compare returns a line for each cell of a row that is not as it was.
func (r report) compare(heading string, row []string) (differences []string) {
	if *update {
		return nil
	}
	was := r.rows[heading+": "+row[0]]
	for i, c := range classes() {
		cell := "nothing"
		if i+1 < len(was) {
			cell = was[i+1]
		}
		if row[i+1] != cell {
			differences = append(differences, fmt.Sprintf("%s: %s × %s: %q, and REPORT.md has %q", heading, row[0], c.name, row[i+1], cell))
		}
	}
	return differences
}

func (s section) heading(always bool) string {
	if always {
		return s.title + ", every time"
	}
	return s.title + ", the first time"
}

func (s section) write(w *strings.Builder, rows map[bool][][]string) {
	for _, always := range []bool{false, true} {
		fmt.Fprintf(w, "\n## %s\n\n| fault |", s.heading(always))
		for _, c := range classes() {
			w.WriteString(" " + c.name + " |")
		}
		w.WriteString("\n|" + strings.Repeat(" --- |", len(classes())+1) + "\n")
		for _, row := range rows[always] {
			w.WriteString("| " + strings.Join(row, " | ") + " |\n")
		}
	}
}

const reportHead = `# What calls survive

Each fault hits a call of each class, once at its first connection or request and once at all of them. A cell has what the caller is
told, and the number of requests that the call sent, of **send once** those that send the message:

- **ok**: the call succeeds, and its result is compared with what the service has stored.
- **misled**: the call succeeds with what a well-formed response says, and that is not what is stored.
- **unknown**: the error matches ErrOutcomeUnknown.
- **a number**: the error is an *Error with this status. **malformed** is one for a response that cannot be used.
- **error**, **timeout**, **certificate**: the connection failed, took too long, or is to another server.
- **(done)**: the error of a call that took effect nevertheless.

Nothing here is done twice. Except for misled calls, none is reported as done that is not, and none is reported as certainly not done that
is. The connections, goroutines and timers of a call end with its client; the token is sent to no other host; logs, errors and spans contain
neither a token nor the text of a message. (If a server sends bytes after the end of a response, net/http itself writes them to the standard
logger of package log, which is not read here; this is the only exception.) The run fails otherwise, and if a cell differs: ` + "`make soak`" + `.

A stream is a listener of package realtime: the fault hits each of its five requests in turn, and it is ok if the event of a message arrives,
or a gap in its place. Different outcomes of one cell are separated by semicolons.
`
