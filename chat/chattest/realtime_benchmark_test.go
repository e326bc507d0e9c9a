package chattest_test

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// BenchmarkSendToSockets is a message in a thread of 250 participants who all have a socket over TLS: until it is answered, and until
// the last of them has it.
func BenchmarkSendToSockets(b *testing.B) {
	RegisterTestingT(b)
	s := chattest.NewServer(b, nil)
	people := newPeople(s.Service, 250)
	thread := people[0].thread("Large", people[:199]...)
	for _, p := range people[199:] {
		people[0].add(thread, p)
	}
	var came atomic.Int64
	last := make(chan struct{}, 1)
	for _, p := range people {
		conn := openSocket(newListener(p))
		b.Cleanup(func() { _ = conn.CloseNow() })
		go func() {
			for {
				_, text, err := conn.Read(context.Background())
				if err != nil {
					return
				}
				if strings.HasPrefix(string(text), "3:") && came.Add(1)%int64(len(people)) == 0 {
					last <- struct{}{}
				}
			}
		}()
	}
	b.ResetTimer()
	var answering float64
	for b.Loop() {
		start := b.Elapsed()
		people[0].send(thread, "A message of a usual length, more or less.")
		answering += (b.Elapsed() - start).Seconds()
		<-last
	}
	b.ReportMetric(answering/float64(b.N)*1e3, "ms/answer")
}

// BenchmarkIdleSockets is the memory of 1,000 connected and registered clients that hear nothing, in one process: heap and
// stacks after a collection, without TLS, and with the other end of each pipe and the records of five requests.
func BenchmarkIdleSockets(b *testing.B) {
	RegisterTestingT(b)
	const sockets = 1000
	for b.Loop() {
		s := chattest.NewServer(b, &chattest.Options{NoSocket: true})
		people := newPeople(s.Service, sockets)
		before := memory()
		for _, p := range people {
			conn := openSocket(newListener(p))
			b.Cleanup(func() { _ = conn.CloseNow() })
		}
		b.ReportMetric((memory()-before)/sockets/1024, "KiB/socket")
	}
}

// openSocket connects and registers. The socket has been greeted, and nothing else is to be read.
func openSocket(l *listener) *websocket.Conn {
	l.allocate().must(200)
	sid, _, _ := strings.Cut(l.handshake().must(200).Body, ":")
	conn, _, err := websocket.Dial(context.Background(), "wss"+strings.TrimPrefix(l.service.Endpoint(), "https")+"/socket.io/1/websocket/"+sid,
		&websocket.DialOptions{HTTPClient: l.service.HTTPClient()})
	Expect(err).NotTo(HaveOccurred())
	for range 2 {
		_, _, err := conn.Read(context.Background())
		Expect(err).NotTo(HaveOccurred())
	}
	l.register().must(202)
	return conn
}

// memory is what the heap and the stacks take after a collection, in bytes.
func memory() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}
