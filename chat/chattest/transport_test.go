package chattest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The transport without a socket", func() {
	var s *chattest.Service
	BeforeEach(func() {
		var err error
		s, err = chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
	})
	request := func(ctx context.Context, url, body string) *http.Request {
		GinkgoHelper()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		req.Header.Set("Authorization", "Bearer "+newPerson(s).token)
		return req
	}

	It("returns complete responses", func(ctx SpecContext) {
		req := request(ctx, s.Endpoint()+"/chat/threads?"+version, `{"topic":"x"}`)
		res, err := s.Transport().RoundTrip(req)
		Expect(err).NotTo(HaveOccurred())
		Expect(res.Status).To(Equal("201 Created"))
		Expect(res.Request).To(BeIdenticalTo(req))
		body, err := io.ReadAll(res.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(res.ContentLength).To(BeEquivalentTo(len(body)))
		Expect(res.TransferEncoding).To(BeEmpty())
		Expect(res.Header.Get("MS-CV")).NotTo(BeEmpty())
	})

	It("sends errors in chunks, of unknown length", func(ctx SpecContext) {
		res, err := s.Transport().RoundTrip(request(ctx, s.Endpoint()+"/chat/threads?"+version, `{}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(res.StatusCode).To(Equal(400))
		Expect(res.ContentLength).To(BeEquivalentTo(-1))
		Expect(res.TransferEncoding).To(Equal([]string{"chunked"}))
	})

	It("reaches no other host", func(ctx SpecContext) {
		for _, url := range []string{"https://elsewhere.invalid/", strings.Replace(s.Endpoint(), "https:", "http:", 1) + "/"} {
			_, err := s.Transport().RoundTrip(request(ctx, url, ""))
			dial, ok := errors.AsType[*net.OpError](err)
			Expect(ok).To(BeTrue())
			Expect(dial.Op).To(Equal("dial"))
		}
		Expect(s.Requests()).To(BeEmpty())
	})

	It("serves nothing for a context that has ended", func() {
		ctx, cancel := context.WithCancelCause(context.Background())
		cause := errors.New("enough")
		cancel(cause)
		_, err := s.Transport().RoundTrip(request(ctx, s.Endpoint()+"/chat/threads?"+version, `{"topic":"x"}`))
		Expect(err).To(MatchError(cause))
		Expect(s.Requests()).To(BeEmpty())
	})

	It("fails once the service is closed", func(ctx SpecContext) {
		req := request(ctx, s.Endpoint()+"/chat/threads?"+version, "")
		Expect(s.Close()).To(Succeed())
		_, err := s.Transport().RoundTrip(req)
		Expect(err).To(MatchError(io.EOF))
	})

	It("closes the body of the request, even if it is not sent", func(ctx SpecContext) {
		for _, url := range []string{s.Endpoint() + "/", "https://elsewhere.invalid/"} {
			body := &closing{Reader: strings.NewReader("x")}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
			Expect(err).NotTo(HaveOccurred())
			_, _ = s.Transport().RoundTrip(req)
			Expect(body.closed).To(BeTrue())
		}
	})
})

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}
