package chattest_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// BenchmarkStart is a server of a test: start, one user, stop.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := chattest.Open(nil)
		if err != nil {
			b.Fatal(err)
		}
		s.NewUser()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSend is one sender after the other, and many at once, without and with sync.
func BenchmarkSend(b *testing.B) {
	for _, path := range []string{"", "synced"} {
		for _, senders := range []int{1, 64} {
			b.Run(fmt.Sprintf("file=%s/senders=%d", path, senders), func(b *testing.B) {
				options := &chattest.Options{}
				if path != "" {
					options.Path = b.TempDir() + "/chat.db"
				}
				t := newBenchThread(b, options)
				b.ResetTimer()
				t.send(b, senders, b.N)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
			})
		}
	}
}

// BenchmarkLongThread compares, in turns, the last page of a thread of 100,000 messages with its first, and a send into it
// with one into an empty thread of the same store. What counts is the ratio of the medians.
func BenchmarkLongThread(b *testing.B) {
	long := newBenchThread(b, nil)
	long.send(b, 64, 100_000-2) // it began with two
	first := "/messages?maxPageSize=200&api-version=2025-03-15"
	last, link := first, first
	for range 100_000/200 - 1 {
		link = long.next(b, link)
		last = link
	}
	empty := long.another(b)
	b.Run("last page to first", func(b *testing.B) {
		compare(b, func() { long.next(b, last) }, func() { long.next(b, first) })
	})
	b.Run("long to empty", func(b *testing.B) {
		compare(b, func() { long.send(b, 1, 1) }, func() { empty.send(b, 1, 1) })
	})
}

// BenchmarkRestore brings a thread of 1,000 messages back after what a test does: after ten sends, and after everything is gone.
// What counts is the median, which has to be under five milliseconds.
func BenchmarkRestore(b *testing.B) {
	thread := newBenchThread(b, nil)
	thread.send(b, 16, 1000-2) // it began with two
	state := thread.s.Snapshot()
	for name, happens := range map[string]func(){
		"ten sends":  func() { thread.send(b, 1, 10) },
		"everything": thread.s.Reset,
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for range max(b.N, 50) {
				happens()
				start := time.Now()
				thread.s.Restore(state)
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "median-ms")
		})
	}
}

// compare runs both in turns and reports how their medians compare.
func compare(b *testing.B, one, other func()) {
	var ones, others []time.Duration
	timed := func(f func()) time.Duration {
		start := time.Now()
		f()
		return time.Since(start)
	}
	for b.Loop() {
		ones = append(ones, timed(one))
		others = append(others, timed(other))
	}
	slices.Sort(ones)
	slices.Sort(others)
	b.ReportMetric(float64(ones[len(ones)/2])/float64(others[len(others)/2]), "ratio")
}

// benchThread is a thread and its creator.
type benchThread struct {
	s         *chattest.Service
	token, id string
}

func newBenchThread(b *testing.B, options *chattest.Options) *benchThread {
	s, err := chattest.Open(options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	t := &benchThread{s: s, token: s.Token(s.NewUser(), 0)}
	return t.another(b)
}

// another makes one more thread of the same creator's.
func (t *benchThread) another(b *testing.B) *benchThread {
	other := &benchThread{s: t.s, token: t.token}
	_, location := other.do(b, "POST", "?api-version=2025-03-15", `{"topic":"Benchmark"}`)
	other.id = location[strings.LastIndexByte(location, '/'):]
	return other
}

// send has a number of senders send n messages in all.
func (t *benchThread) send(b *testing.B, senders, n int) {
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				t.do(b, "POST", "/messages?api-version=2025-03-15", `{"content":"A message of a usual length, more or less.","senderDisplayName":"Ana"}`)
			}
		})
	}
	wg.Wait()
}

// next gets a page and returns the link to the next, made relative.
func (t *benchThread) next(b *testing.B, target string) string {
	body, _ := t.do(b, "GET", target, "")
	_, link, ok := strings.Cut(body[max(0, len(body)-1000):], `"nextLink":"`)
	if !ok {
		return ""
	}
	_, query, _ := strings.Cut(link, "/messages?")
	return "/messages?" + strings.TrimSuffix(query, `"}`)
}

func (t *benchThread) do(b *testing.B, method, target, body string) (text, location string) {
	req, err := http.NewRequestWithContext(b.Context(), method, t.s.Endpoint()+"/chat/threads"+t.id+target, strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return "", ""
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	res, err := t.s.Transport().RoundTrip(req)
	if err != nil {
		b.Error(err)
		return "", ""
	}
	read, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		b.Errorf("%s %s: %d %s", method, target, res.StatusCode, read)
	}
	return string(read), res.Header.Get("Location")
}
