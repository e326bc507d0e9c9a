package emulator_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/identity"
)

// mapPort forwards another port of this machine to the emulator, as a container runtime does, and returns that port.
func (r *running) mapPort() string {
	GinkgoHelper()
	_, inside, err := net.SplitHostPort(r.address())
	Expect(err).NotTo(HaveOccurred())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(l.Close)
	go func() {
		for {
			outer, err := l.Accept()
			if err != nil {
				return // closed
			}
			go forward(outer, net.JoinHostPort("127.0.0.1", inside))
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	Expect(err).NotTo(HaveOccurred())
	return port
}

// forward copies between a connection and a new one until both have ended.
func forward(outer net.Conn, address string) {
	defer func() { _ = outer.Close() }()
	inner, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = inner.Close() }()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(inner, outer)
		_ = inner.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(outer, inner)
	_ = outer.Close()
	<-ended
}

var _ = Describe("emulator behind a mapped port", func() {
	var emulator *running
	var port string

	BeforeEach(func() {
		emulator = emulate(emptyShell(), "--host", "acs", "--admin")
		emulator.resolveHere()
		port = emulator.mapPort()
	})

	// get returns the response to a GET of the page or the administration. Headers are pairs of name and value.
	get := func(ctx context.Context, host, path string, headers ...string) *http.Response {
		GinkgoHelper()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+net.JoinHostPort(host, port)+path, nil)
		Expect(err).NotTo(HaveOccurred())
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		if name := request.Header.Get("Host"); name != "" {
			request.Host = name
		}
		response, err := emulator.http.Do(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		return response
	}

	It("serves its page, its forms and /admin by its names", func(ctx SpecContext) {
		for _, host := range []string{"acs", "localhost", "127.0.0.1"} {
			for _, path := range []string{"/", "/_inspector/page.js", "/admin", "/admin/clock", "/readyz"} {
				Expect(get(ctx, host, path, "Origin", "https://"+net.JoinHostPort(host, port))).To(HaveHTTPStatus(http.StatusOK), host+path)
			}
		}
		page, err := emulator.http.Get("https://acs:" + port + "/")
		Expect(err).NotTo(HaveOccurred())
		html, err := io.ReadAll(page.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Body.Close()).To(Succeed())
		_, csrf, _ := strings.Cut(string(html), `name="csrf" value="`)
		csrf, _, _ = strings.Cut(csrf, `"`)
		Expect(csrf).NotTo(BeEmpty())
		form := url.Values{"csrf": {csrf}, "by": {"1h"}}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://acs:"+port+"/_inspector/users", strings.NewReader(form.Encode()))
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", "https://acs:"+port)
		done, err := emulator.http.Do(request) // and follows the redirect to the page
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Body.Close()).To(Succeed())
		Expect(done).To(HaveHTTPStatus(http.StatusOK))
		Expect(done.Request.URL.Host).To(Equal("acs:" + port))
	})

	It("refuses both by a foreign name and to foreign pages", func(ctx SpecContext) {
		for _, path := range []string{"/", "/_inspector/events", "/admin", "/admin/clock"} {
			for _, headers := range [][]string{
				{"Host", "evil.example:" + port}, {"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", "https://acs"}, {"Sec-Fetch-Site", "cross-site"},
			} {
				Expect(get(ctx, "acs", path, headers...)).To(HaveHTTPStatus(http.StatusForbidden), path+" with "+headers[0]+" "+headers[1])
			}
		}
	})

	It("accepts signed requests to that port", func(ctx SpecContext) {
		_, key, _ := strings.Cut(emulator.ConnectionString, ";accesskey=")
		client, err := identity.NewClientFromConnectionString("endpoint=https://acs:"+port+"/;accesskey="+key,
			&identity.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: emulator.http}})
		Expect(err).NotTo(HaveOccurred())
		_, err = client.CreateUser(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
	})
})
