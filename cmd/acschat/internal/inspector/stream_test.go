package inspector_test

import (
	"bufio"
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// reader is a browser that reads a stream.
type reader struct {
	header http.Header
	done   chan struct{} // closed when the stream has ended
	leave  context.CancelFunc

	mu   sync.Mutex // guards text
	text strings.Builder
}

func (r *reader) Header() http.Header { return r.header }
func (r *reader) WriteHeader(int)     {}
func (r *reader) Flush()              {}
func (r *reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// news returns what has arrived since the last call, after all goroutines are idle.
func (r *reader) news() string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.text.Reset()
	return r.text.String()
}

// read opens a stream. Headers are pairs of name and value.
func (d *desk) read(target string, headers ...string) *reader {
	ctx, cancel := context.WithCancel(context.Background())
	r := &reader{header: http.Header{}, done: make(chan struct{}), leave: cancel}
	go func() {
		defer close(r.done)
		d.handler.ServeHTTP(r, request("GET", target, "", headers...).WithContext(ctx))
	}()
	return r
}

var _ = Describe("The stream of events", func() {
	// bubble runs f in virtual time, with a desk of its own. It fails if a goroutine is left.
	bubble := func(f func(d *desk, end func())) {
		GinkgoHelper()
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			ending := make(chan struct{})
			d := newDesk(ending)
			defer func() { Expect(d.Close()).To(Succeed()) }()
			f(d, sync.OnceFunc(func() { close(ending) }))
		})
	}

	It("reports changes as they happen, and nothing else", func() {
		bubble(func(d *desk, _ func()) {
			r := d.read("/_inspector/events")
			defer r.leave()
			first := r.news()
			Expect(r.header.Get("Content-Type")).To(Equal("text/event-stream"))
			Expect(first).To(And(HavePrefix("id: 1\nevent: process\ndata: "), ContainSubstring("event: faults\n"), ContainSubstring("No requests yet.")))
			time.Sleep(10 * time.Second)
			Expect(r.news()).NotTo(MatchRegexp(`event: [^c]`)) // the clock keeps running

			alice := d.NewUser()
			d.send(alice, d.thread(alice, "Live"), "<b>Now</b>\r\n\nevent: forged", "")
			time.Sleep(time.Second)
			news := r.news()
			Expect(news).To(And(ContainSubstring("event: messages\n"), ContainSubstring("data: "), ContainSubstring("&lt;b&gt;Now")))
			Expect(news).NotTo(MatchRegexp(`(?m)^event: forged`))
			Expect(news).NotTo(ContainSubstring("event: faults"))
		})
	})

	It("does not repeat what the page shows already, unless it connects again", func() {
		bubble(func(d *desk, _ func()) {
			alice := d.NewUser()
			d.send(alice, d.thread(alice, "Shown"), "Already here", "")
			events := regexp.MustCompile(`data-events="([^"]+)"`).FindStringSubmatch(d.page("/?q=create"))
			Expect(events).To(HaveLen(2))
			target := html.UnescapeString(events[1])
			Expect(target).To(HavePrefix("/_inspector/events?q=create&shown="))
			first := d.read(target)
			Expect(first.news()).NotTo(MatchRegexp(`event: [^pc]`)) // the process, and the clock
			d.thread(alice, "Another")
			time.Sleep(time.Second)
			Expect(first.news()).To(And(ContainSubstring("event: threads\n"), ContainSubstring("event: requests\n"), Not(ContainSubstring("event: faults\n"))))
			first.leave()

			again := d.read(target, "Last-Event-ID", "1")
			defer again.leave()
			Expect(again.news()).To(And(ContainSubstring("event: threads\n"), ContainSubstring("event: faults\n")))
		})
	})

	It("reports promptly, and limits how often", func() {
		bubble(func(d *desk, _ func()) {
			r := d.read("/_inspector/events")
			defer r.leave()
			alice := d.NewUser()
			thread := d.thread(alice, "Busy")
			time.Sleep(5 * time.Second)
			r.news()
			for range 50 {
				d.send(alice, thread, "x", "")
				time.Sleep(10 * time.Millisecond)
			}
			Expect(strings.Count(r.news(), "event: messages\n")).To(BeNumerically("~", 4, 3))
		})
	})

	It("reports the thread and the requests that the page shows", func() {
		bubble(func(d *desk, _ func()) {
			alice := d.NewUser()
			d.thread(alice, "First")
			first := d.Threads()[0].ID
			d.thread(alice, "Second")
			r := d.read("/_inspector/events?status=failed&thread=" + first)
			defer r.leave()
			Expect(r.news()).To(And(ContainSubstring(`<h3><span class="topic">First`), ContainSubstring("No request matches")))
		})
	})

	It("ends when the browser disconnects, and when the emulator stops", func() {
		bubble(func(d *desk, end func()) {
			gone, stays := d.read("/_inspector/events"), d.read("/_inspector/events")
			synctest.Wait()
			gone.leave()
			synctest.Wait()
			Expect(gone.done).To(BeClosed())
			Expect(stays.done).NotTo(BeClosed())
			end()
			synctest.Wait()
			Expect(stays.done).To(BeClosed())
			stays.leave()
		})
	})

	DescribeTable("outlasts the read timeout of the server", func(ctx SpecContext, http2 bool) {
		d := newDesk(nil)
		DeferCleanup(d.Close)
		server := httptest.NewUnstartedServer(d.handler)
		server.EnableHTTP2, server.Config.ReadTimeout = http2, 100*time.Millisecond
		server.StartTLS()
		DeferCleanup(server.Close)
		Expect(d.SetEndpoint(server.URL)).To(Succeed())
		asked, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/_inspector/events", nil)
		Expect(err).NotTo(HaveOccurred())
		var answer *http.Response
		Eventually(ctx, func() (err error) { answer, err = server.Client().Do(asked); return err }).Should(Succeed(), "the timeout also limits the handshake")
		defer func() { _ = answer.Body.Close() }()
		clocks := 0
		for lines := bufio.NewScanner(answer.Body); clocks < 3; {
			Expect(lines.Scan()).To(BeTrue(), "the stream has ended")
			if lines.Text() == "event: clock" {
				clocks++
			}
		}
	}, Entry("with HTTP/1.1", false), Entry("with HTTP/2", true))

	It("limits the number of pages, and reports that", func() {
		bubble(func(d *desk, end func()) {
			var readers []*reader
			for range 16 {
				readers = append(readers, d.read("/_inspector/events"))
			}
			synctest.Wait()
			w := httptest.NewRecorder()
			d.handler.ServeHTTP(w, request("GET", "/_inspector/events", ""))
			Expect(w).To(And(HaveHTTPStatus(http.StatusServiceUnavailable), HaveHTTPBody(ContainSubstring("too many pages"))))
			readers[0].leave()
			synctest.Wait()
			again := d.read("/_inspector/events")
			Expect(again.news()).To(ContainSubstring("event: process"))
			end()
			synctest.Wait()
			for _, r := range append(readers, again) {
				r.leave()
				Expect(r.done).To(BeClosed())
			}
		})
	})
})
