package chat_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Redirects", func() {
	for _, status := range []int{301, 302, 303, 307, 308} {
		It(fmt.Sprintf("of %d are not followed, and no token or message goes elsewhere", status), func(ctx SpecContext) {
			var strays, asked atomic.Int32
			elsewhere, _ := serveTLS(func(http.ResponseWriter, *http.Request) { strays.Add(1) })
			server, trusting := serveTLS(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
			})
			followed := 0
			trusting.CheckRedirect = func(*http.Request, []*http.Request) error {
				followed++
				return nil
			}
			for _, op := range []operation{operationOf("Client.ListThreads"), operationOf("Client.CreateThread"), sendMessage} {
				err := op.Call(ctx, clientAt(server.URL, trusting))
				failed, ok := errors.AsType[*chat.Error](err)
				Expect(ok).To(BeTrue())
				Expect(failed.StatusCode).To(Equal(status))
				Expect(errors.Is(err, chat.ErrOutcomeUnknown)).To(Equal(op.Name == sendMessage.Name))
				Expect(err).To(MatchError(ContainSubstring("redirects are not followed")))
			}
			Expect(asked.Load()).To(BeEquivalentTo(3))
			Expect(strays.Load()).To(BeZero())
			Expect(followed).To(BeZero())
			Expect(trusting.CheckRedirect(nil, nil)).To(Succeed(), "the caller's client still follows them")
			Expect(followed).To(Equal(1))
		})
	}

	It("are not followed by the transport of the client", func(ctx SpecContext) {
		var strays atomic.Int32
		elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strays.Add(1) }))
		DeferCleanup(elsewhere.Close)
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
		DeferCleanup(server.Close)
		Expect(sendMessage.Call(ctx, clientAt(server.URL, nil))).To(MatchError(ContainSubstring("307")))
		Expect(strays.Load()).To(BeZero())
	})
})

// dialing counts the connections that a client opens.
func dialing(client *http.Client, count *atomic.Int32) *http.Client {
	transportOf(client).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		count.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return client
}

var _ = Describe("A connection that cannot be established", func() {
	var dials *atomic.Int32
	BeforeEach(func() { dials = new(atomic.Int32) })

	unused := func() string {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		Expect(listener.Close()).To(Succeed())
		return "https://" + listener.Addr().String()
	}

	for _, op := range []operation{operationOf("ThreadClient.GetProperties"), sendMessage} {
		It("because the port is closed is retried for "+op.String(), func(ctx SpecContext) {
			client := clientAt(unused(), dialing(&http.Client{Transport: &http.Transport{}}, dials))
			Expect(op.Call(ctx, client)).To(And(HaveOccurred(), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(dials.Load()).To(BeEquivalentTo(4))
		})

		It("because the handshake fails is retried for "+op.String(), func(ctx SpecContext) {
			endpoint, trusting := serveRaw(false, func(net.Conn) {})
			Expect(op.Call(ctx, clientAt(endpoint, dialing(trusting, dials)))).To(And(HaveOccurred(), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(dials.Load()).To(BeEquivalentTo(4))
		})

		It("because the certificate is not trusted is final for "+op.String(), func(ctx SpecContext) {
			server, _ := serveTLS(nil)
			err := op.Call(ctx, clientAt(server.URL, dialing(&http.Client{Transport: &http.Transport{}}, dials)))
			_, ok := errors.AsType[*tls.CertificateVerificationError](err)
			Expect(ok).To(BeTrue())
			Expect(err).NotTo(MatchError(chat.ErrOutcomeUnknown))
			Expect(dials.Load()).To(BeEquivalentTo(1))
		})

		It("because the server does not speak TLS is final for "+op.String(), func(ctx SpecContext) {
			plain := httptest.NewServer(http.NotFoundHandler())
			DeferCleanup(plain.Close)
			err := op.Call(ctx, clientAt(strings.Replace(plain.URL, "http:", "https:", 1), dialing(&http.Client{Transport: &http.Transport{}}, dials)))
			Expect(err).To(And(MatchError(http.ErrSchemeMismatch), MatchError(ContainSubstring("check the endpoint")), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(dials.Load()).To(BeEquivalentTo(1))
		})

		It("because the server speaks another protocol is final for "+op.String(), func(ctx SpecContext) {
			endpoint, trusting := serveRaw(false, func(conn net.Conn) { _, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n") })
			err := op.Call(ctx, clientAt(endpoint, dialing(trusting, dials)))
			Expect(err).To(And(MatchError(ContainSubstring("check the endpoint")), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(dials.Load()).To(BeEquivalentTo(1))
		})

		It("because the host does not exist is final for "+op.String(), func(ctx SpecContext) {
			client, wire := clientOf(fail(&net.DNSError{Err: "no such host", Name: "contoso.example", IsNotFound: true}))
			Expect(op.Call(ctx, client)).To(MatchError(ContainSubstring("check the endpoint")))
			Expect(wire.Requests()).To(HaveLen(1))
		})
	}

	It("is established at the next attempt if the port is open by then", func(ctx SpecContext) {
		server, trusting := serveTLS(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, sendMessage.Answer)
		})
		transportOf(trusting).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials.Add(1) < 3 {
				return nil, errRefused
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		Expect(sendMessage.Call(ctx, clientAt(server.URL, trusting))).To(Succeed())
		Expect(dials.Load()).To(BeEquivalentTo(3))
	})

	It("before the context ends did not send a message", func(ctx SpecContext) {
		over, cancel := context.WithCancel(ctx)
		client := clientAt("https://contoso.example", &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				cancel()
				<-ctx.Done()
				return nil, ctx.Err()
			},
		}})
		Expect(sendMessage.Call(over, client)).To(And(MatchError(context.Canceled), Not(MatchError(chat.ErrOutcomeUnknown))))
	})
})

var _ = Describe("A connection that breaks", func() {
	// breaking reads the beginning of each request and answers with the given words.
	breaking := func(words string, requests *atomic.Int32) (string, *http.Client) {
		return serveRaw(true, func(conn net.Conn) {
			if _, _, err := readRequest(bufio.NewReader(conn)); err == nil {
				requests.Add(1)
				_, _ = io.WriteString(conn, words)
			}
		})
	}

	for name, words := range map[string]string{
		"before the answer": "", "in the head of the answer": "HTTP/1.1 201 Crea",
		"in the body of the answer": "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\"",
		"in a chunk of the answer":  "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"id\"",
	} {
		It(name+" leaves the outcome of sending unknown", func(ctx SpecContext) {
			var requests atomic.Int32
			Expect(sendMessage.Call(ctx, clientAt(breaking(words, &requests)))).To(MatchError(chat.ErrOutcomeUnknown))
			Expect(requests.Load()).To(BeEquivalentTo(1))
		})

		It(name+" is tried again in reading", func(ctx SpecContext) {
			var requests atomic.Int32
			words := strings.Replace(words, "201 Created", "200 OK", 1)
			Expect(operationOf("ThreadClient.GetMessage").Call(ctx, clientAt(breaking(words, &requests)))).NotTo(Succeed())
			Expect(requests.Load()).To(BeEquivalentTo(4))
		})
	}
})

var _ = Describe("An answer", func() {
	DescribeTable("that arrives before the whole request is read does not affect the next attempt", func(ctx SpecContext, version int) {
		content := strings.Repeat("0123456789abcdef", 1<<17) // more than the buffers of a socket hold
		var requests atomic.Int32
		var received []byte
		server, trusting := serveHTTP(version, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) < 3 {
				w.Header().Set("retry-after-ms", "1")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			received, _ = io.ReadAll(r.Body)
			w.WriteHeader(http.StatusNoContent)
		})
		thread := clientAt(server.URL, trusting).ThreadClient(testThread)
		Expect(thread.UpdateMessage(ctx, testMessage, chat.MessageUpdate{Content: &content})).To(Succeed())
		Expect(received).To(BeEquivalentTo(`{"content":"` + content + `"}`))
	}, Entry("over HTTP/1.1", 1), Entry("over HTTP/2", 2))

	DescribeTable("that does not end is abandoned at a limit, once", func(ctx SpecContext, status, bound int, matcher types.GomegaMatcher) {
		body := &endless{}
		client, wire := clientOf(func(req *http.Request) (*http.Response, error) {
			resp, err := reply(status, "")(req)
			resp.Body, resp.ContentLength = body, -1
			return resp, err
		})
		Expect(operationOf("ThreadClient.GetProperties").Call(ctx, client)).To(matcher)
		Expect(wire.Requests()).To(HaveLen(1))
		Expect(body.read).To(BeNumerically("~", bound, 1<<20))
		Expect(body.closed).To(BeTrue())
	},
		Entry("of success", 200, 32<<20, MatchError(ContainSubstring("larger than 32 MiB"))),
		Entry("of refusal", 403, 128<<10, MatchError(chat.ErrForbidden)),
	)

	It("that is slow ends with the context", func(ctx SpecContext) {
		over, cancel := context.WithCancel(ctx)
		server, trusting := serveTLS(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
		})
		Expect(operationOf("ThreadClient.GetProperties").Call(over, clientAt(server.URL, trusting))).To(MatchError(context.Canceled))
	})

	It("may lack members that a fake omits", func(ctx SpecContext) {
		bare := func(status int) answer {
			return func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: status}, nil }
		}
		client, _ := clientOf(bare(204))
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		client, _ = clientOf(bare(403))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrForbidden))
		client, wire := clientOf(func(*http.Request) (*http.Response, error) { return nil, nil })
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(ContainSubstring("neither a response nor an error")))
		Expect(wire.Requests()).To(HaveLen(4))
	})
})

// endless is a body of zeros.
type endless struct {
	read   int
	closed bool
}

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error {
	e.closed = true
	return nil
}

var _ = Describe("A cookie jar", func() {
	It("adds its cookies to each request once", func(ctx SpecContext) {
		var cookies []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cookies = append(cookies, r.Header.Get("Cookie"))
			http.SetCookie(w, &http.Cookie{Name: "affinity", Value: "a"})
			w.WriteHeader(http.StatusInternalServerError)
		}))
		DeferCleanup(server.Close)
		jar, err := cookiejar.New(nil)
		Expect(err).NotTo(HaveOccurred())
		o := options(&http.Client{Jar: jar})
		o.InsecureAllowCredentialWithHTTP = true
		client, err := chat.NewClient(server.URL, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnavailable))
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrUnavailable))
		Expect(cookies).To(Equal([]string{"", "affinity=a", "affinity=a", "affinity=a", "affinity=a", "affinity=a", "affinity=a", "affinity=a"}))
	})
})

var _ = Describe("The client's own transport", func() {
	It("is created in place of a nil one of any type, even if the default one is of another type", func(ctx SpecContext) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		DeferCleanup(server.Close)
		was := http.DefaultTransport
		http.DefaultTransport = struct{ http.RoundTripper }{was}
		defer func() { http.DefaultTransport = was }()
		client := clientAt(server.URL, nil)
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		Expect(client.Close()).To(Succeed())
	})
})
