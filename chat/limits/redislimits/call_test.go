package redislimits_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/limits/redislimits"
)

// faultyConn calls lose after the server has replied to a script that counts a request, and before the client reads the reply. The
// reply is lost if lose returns an error.
type faultyConn struct {
	net.Conn
	lose  func() error
	taken bool  // a script that takes was written
	lost  error // of lose, from then on
}

func (c *faultyConn) Write(b []byte) (int, error) {
	c.taken = c.taken || bytes.Contains(b, []byte("evalsha"))
	return c.Conn.Write(b)
}

func (c *faultyConn) Read(b []byte) (int, error) {
	if c.lost != nil {
		return 0, c.lost
	}
	n, err := c.Conn.Read(b)
	if c.taken && err == nil {
		c.taken = false
		if c.lost = c.lose(); c.lost != nil {
			return 0, c.lost
		}
	}
	return n, err
}

var _ = Describe("A call of Redis", func() {
	var resource string
	w := window(5, time.Hour)
	windows := []limits.Window{w}
	BeforeEach(func() { resource = CurrentSpecReport().LeafNodeText })

	storeOf := func(server *redis.Options, options redislimits.Options) *redislimits.Store {
		GinkgoHelper()
		c := redis.NewClient(server)
		DeferCleanup(c.Close)
		options.Prefix = prefix
		s, err := redislimits.New(c, resource, &options)
		Expect(err).NotTo(HaveOccurred())
		return s
	}
	// faulty is a store whose connections call lose.
	faulty := func(server redis.Options, lose func() error) *redislimits.Store {
		server.ReadTimeout = patience
		server.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", client.Options().Addr)
			return &faultyConn{Conn: conn, lose: lose}, err
		}
		return storeOf(&server, redislimits.Options{Timeout: patience})
	}
	counted := func(ctx context.Context) int {
		GinkgoHelper()
		all, err := open(resource, redislimits.Options{}).Look(ctx, windows)
		Expect(err).NotTo(HaveOccurred())
		return len(all[0])
	}
	// loadScripts makes the server know the scripts, so that each of them is run by its hash.
	loadScripts := func(ctx context.Context) {
		GinkgoHelper()
		_, _, err := open(resource+" of another", redislimits.Options{}).Take(ctx, windows)
		Expect(err).NotTo(HaveOccurred())
	}

	Context("if the server hangs", func() {
		// hanging are the options of a client that would wait forever.
		hanging := func() *redis.Options {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(listener.Close)
			return &redis.Options{Addr: listener.Addr().String(), ReadTimeout: -1}
		}

		It("ends with the timeout", func(ctx SpecContext) {
			s := storeOf(hanging(), redislimits.Options{Timeout: 10 * time.Millisecond})
			_, _, err := s.Take(ctx, windows)
			Expect(err).To(MatchError("redislimits: take: no reply within 10ms"))
			Expect(err).NotTo(MatchError(context.DeadlineExceeded), "the context of the caller has not ended")
			Expect(s.Settle(ctx, windows, "ticket")).To(MatchError("redislimits: settle: no reply within 10ms"))
		}, SpecTimeout(30*time.Second))

		It("lets requests through with LetThrough", func(ctx SpecContext) {
			s := storeOf(hanging(), redislimits.Options{Timeout: 10 * time.Millisecond, LetThrough: true})
			_, wait, err := s.Take(ctx, windows)
			Expect(err).NotTo(HaveOccurred())
			Expect(wait).To(BeZero())
		}, SpecTimeout(30*time.Second))

		It("ends with the context", func(ctx SpecContext) {
			s := storeOf(hanging(), redislimits.Options{Timeout: time.Hour})
			for _, end := range []func(context.Context) (context.Context, context.CancelFunc){
				func(ctx context.Context) (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(10*time.Millisecond, cancel)
					return ctx, cancel
				},
				func(ctx context.Context) (context.Context, context.CancelFunc) {
					return context.WithTimeout(ctx, 10*time.Millisecond)
				},
			} {
				ended, cancel := end(ctx)
				_, _, err := s.Take(ended, windows)
				cancel()
				Expect(err).To(Equal(ended.Err()))
			}
		}, SpecTimeout(30*time.Second))
	})

	Context("if the reply is lost", func() {
		BeforeEach(needsRedis)

		It("is repeated, and the request is counted once", func(ctx SpecContext) {
			loadScripts(ctx)
			var lost atomic.Int32
			s := faulty(redis.Options{}, func() error {
				if lost.Add(1) <= 2 {
					return io.EOF
				}
				return nil
			})
			ticket, wait, err := s.Take(ctx, windows)
			Expect(err).NotTo(HaveOccurred())
			Expect(wait).To(BeZero())
			Expect(lost.Load()).To(BeEquivalentTo(3))
			Expect(counted(ctx)).To(Equal(1))
			Expect(s.Settle(ctx, windows, ticket)).To(Succeed())
			Expect(counted(ctx)).To(Equal(1))
		})

		It("fails without repetitions, and the request is not counted", func(ctx SpecContext) {
			loadScripts(ctx)
			var lost atomic.Int32
			s := faulty(redis.Options{MaxRetries: -1}, func() error {
				if lost.Add(1) == 1 {
					return io.EOF
				}
				return nil
			})
			_, _, err := s.Take(ctx, windows)
			Expect(err).To(MatchError(io.EOF))
			Eventually(ctx, counted).WithArguments(ctx).Should(BeZero())
		})
	})

	It("does not count a request whose context ends before the reply arrives", func(ctx SpecContext) {
		needsRedis()
		loadScripts(ctx)
		arrived, read := make(chan struct{}), make(chan struct{})
		var replies atomic.Int32
		s := faulty(redis.Options{}, func() error {
			if replies.Add(1) == 1 {
				close(arrived)
				<-read
			}
			return nil
		})
		ended, cancel := context.WithCancel(ctx)
		go func() {
			<-arrived
			cancel()
		}()
		_, _, err := s.Take(ended, windows)
		Expect(err).To(Equal(context.Canceled))
		Expect(counted(ctx)).To(Equal(1), "it was counted")
		close(read)
		Eventually(ctx, counted).WithArguments(ctx).Should(BeZero())
	})
})
