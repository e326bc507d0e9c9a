package events_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("A handler on a server", func() {
	var got received

	serveOn := func(options *events.HandlerOptions) *httptest.Server {
		got = received{}
		server := httptest.NewServer(events.NewHandler(got.callback, options))
		DeferCleanup(server.Close)
		return server
	}
	post := func(ctx context.Context, server *httptest.Server, body string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		r.Header.Set("Content-Type", "application/json")
		return server.Client().Do(r)
	}

	DescribeTable("ends a request whose body stalls, and its connection", func(ctx SpecContext, secrets []string, status int) {
		server := serveOn(&events.HandlerOptions{Timeout: 50 * time.Millisecond, Secrets: secrets, Logger: slog.New(slog.DiscardHandler)})
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(conn.Close)
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[{")
		reader := bufio.NewReader(conn)
		response, err := http.ReadResponse(reader, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.StatusCode).To(Equal(status))
		Expect(response.Body.Close()).To(Succeed())
		_, _ = io.ReadAll(reader) // ends when the server closes the connection
		Expect(got.events()).To(BeEmpty())
	},
		Entry("with 408", nil, http.StatusRequestTimeout, SpecTimeout(30*time.Second)),
		Entry("with 401 for a wrong secret", []string{"s3cret"}, http.StatusUnauthorized, SpecTimeout(30*time.Second)),
	)

	It("lets the callback finish for a caller that is gone, and does not call it again", func(ctx SpecContext) {
		server := serveOn(nil)
		started, finish, finished := make(chan struct{}), make(chan struct{}), make(chan error)
		got.answer = func(ctx context.Context, _ events.Event) error {
			close(started)
			<-finish
			finished <- ctx.Err()
			return nil
		}
		impatient, leave := context.WithCancel(ctx)
		body := formatted(events.SchemaEventGrid, message("1", "1"))
		gone := make(chan error)
		go func() {
			_, err := post(impatient, server, body)
			gone <- err
		}()
		<-started
		leave()
		Expect(<-gone).To(MatchError(context.Canceled))
		close(finish)
		Expect(<-finished).NotTo(HaveOccurred())

		response, err := post(ctx, server, body)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		Expect(got.events()).To(HaveLen(1))
	}, SpecTimeout(30*time.Second))

	It("answers 413 before it has read a body without end", func(ctx SpecContext) {
		server := serveOn(nil)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, endless{})
		Expect(err).NotTo(HaveOccurred())
		r.Header.Set("Content-Type", "application/json")
		response, err := server.Client().Do(r)
		if err == nil { // otherwise the server has closed the connection before the client read the answer
			Expect(response.Body.Close()).To(Succeed())
			Expect(response.StatusCode).To(Equal(http.StatusRequestEntityTooLarge))
		}
		Expect(got.events()).To(BeEmpty())
	}, SpecTimeout(30*time.Second))
})

// endless is a body without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
