package chattest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

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

// BenchmarkLongThread is a thread of 100,000 messages: its first page, its last page, a send into it, and one into an
// empty thread of the same store.
func BenchmarkLongThread(b *testing.B) {
	long := newBenchThread(b, nil)
	long.send(b, 64, 100_000)
	first := "/messages?maxPageSize=200&api-version=2025-03-15"
	last := first
	for link := first; link != ""; {
		last = link
		link = long.next(b, link)
	}
	empty := long.another(b)
	b.Run("page=first", func(b *testing.B) {
		for b.Loop() {
			long.next(b, first)
		}
	})
	b.Run("page=last", func(b *testing.B) {
		for b.Loop() {
			long.next(b, last)
		}
	})
	b.Run("send=long", func(b *testing.B) {
		long.send(b, 1, b.N)
	})
	b.Run("send=empty", func(b *testing.B) {
		empty.send(b, 1, b.N)
	})
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
	return strings.TrimSuffix(link[strings.Index(link, "/messages?"):], `"}`)
}

func (t *benchThread) do(b *testing.B, method, target, body string) (text, location string) {
	req, err := http.NewRequestWithContext(context.Background(), method, t.s.Endpoint()+"/chat/threads"+t.id+target, strings.NewReader(body))
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
