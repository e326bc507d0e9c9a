package chat_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// closableTransport counts how often its idle connections are to be closed.
type closableTransport struct {
	http.RoundTripper
	closed int
}

func (t *closableTransport) CloseIdleConnections() { t.closed++ }

var _ = Describe("Closing", func() {
	for _, op := range operations {
		It("ends "+op.String()+" with ErrClosed, without a request", func(ctx SpecContext) {
			client, wire := clientOf(op.Succeed())
			Expect(client.Close()).To(Succeed())
			Expect(op.Call(ctx, client)).To(And(MatchError(chat.ErrClosed), MatchError("chat: "+op.Action+": the client is closed")))
			Expect(wire.Requests()).To(BeEmpty())
		})
	}

	It("can be repeated", func() {
		client, _ := clientOf(reply(204, ""))
		Expect(client.Close()).To(Succeed())
		Expect(client.Close()).To(Succeed())
	})

	It("a thread client does not close its client", func(ctx SpecContext) {
		client, _ := clientOf(reply(200, threadOnTheWire))
		thread := client.ThreadClient(testThread)
		Expect(thread.Close()).To(Succeed())
		Expect(thread.GetProperties(ctx)).Error().NotTo(HaveOccurred())
		Expect(client.ThreadClient(testThread).GetProperties(ctx)).Error().NotTo(HaveOccurred())
	})

	It("a thread client with its own connections closes them", func(ctx SpecContext) {
		wire := answering(reply(200, threadOnTheWire))
		thread, err := chat.NewThreadClient(testEndpoint, testThread, staticCredential(), options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Close()).To(Succeed())
		Expect(thread.Close()).To(Succeed())
		Expect(thread.GetProperties(ctx)).Error().To(MatchError(chat.ErrClosed))
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("does not close the credential", func(ctx SpecContext) {
		credential := staticCredential()
		client, err := chat.NewClient(testEndpoint, credential, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.Close()).To(Succeed())
		Expect(credential.Token(ctx)).Error().NotTo(HaveOccurred())
	})

	It("does not interrupt a call, and ends a listing at its next page", func(ctx SpecContext) {
		var client *chat.Client
		client, _ = clientOf(func(req *http.Request) (*http.Response, error) {
			Expect(client.Close()).To(Succeed())
			return reply(200, `{"value":[{"id":"a","topic":""}],"nextLink":"/chat/threads?skip=1&api-version=2025-03-15"}`)(req)
		})
		threads, err := client.ListThreads(nil).Collect(ctx, 0)
		Expect(ids(threads)).To(Equal([]string{"a"}))
		Expect(err).To(MatchError(chat.ErrClosed))
	})

	It("closes the client's own connections", func(ctx SpecContext) {
		var mu sync.Mutex
		open := make(map[net.Conn]bool)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
			mu.Lock()
			defer mu.Unlock()
			open[conn] = state != http.StateClosed
		}
		server.Start()
		DeferCleanup(server.Close)
		client := clientAt(server.URL, nil)
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		states := func() []bool {
			mu.Lock()
			defer mu.Unlock()
			var list []bool
			for _, is := range open {
				list = append(list, is)
			}
			return list
		}
		Expect(states()).To(Equal([]bool{true}))
		Expect(client.Close()).To(Succeed())
		Eventually(ctx, states).Should(Equal([]bool{false}))
	})

	It("does not change the caller's transport", func(ctx SpecContext) {
		server, trusting := serveTLS(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			_, _ = io.WriteString(w, "{}")
		})
		given := &closableTransport{RoundTripper: trusting.Transport}
		client := clientAt(server.URL, &http.Client{Transport: given})
		Expect(client.ThreadClient(testThread).GetProperties(ctx)).Error().NotTo(HaveOccurred())
		Expect(client.Close()).To(Succeed())
		Expect(given.closed).To(BeZero())
	})
})
