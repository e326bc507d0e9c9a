package emulator_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

var _ = Describe("emulator after an interrupt", func() {
	It("finishes current requests, accepts no new ones, and exits with 0", func(ctx SpecContext) {
		sh := emptyShell()
		sh.Grace = time.Minute
		emulator := emulate(sh, "--plain")
		request := emulator.begin(ctx)
		emulator.Interrupt()
		Eventually(func() error {
			connection, err := net.Dial("tcp", emulator.address())
			if err == nil {
				_ = connection.Close()
			}
			return err
		}).Should(HaveOccurred())
		Expect(emulator).NotTo(gexec.Exit())
		Expect(request.finish()).To(HaveHTTPStatus(http.StatusCreated))
		Eventually(emulator).Should(gexec.Exit(0))
		Expect(emulator.Err.Contents()).To(BeEmpty())
	})

	It("does not wait forever", func(ctx SpecContext) {
		emulator := emulate(emptyShell(), "--plain")
		emulator.begin(ctx)
		Expect(emulator.stop().Code).To(Equal(0))
	})
})

// underWay is a request whose body has been sent in part.
type underWay struct {
	net.Conn
	answers *bufio.Reader
	rest    string
}

// begin starts a request that creates a thread, over HTTP.
func (r *running) begin(ctx context.Context) underWay {
	GinkgoHelper()
	const body = `{"topic":"Under way"}`
	token := r.newUser(ctx).Token.Token
	connection, err := net.Dial("tcp", r.address())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = connection.Close() })
	_, err = fmt.Fprintf(connection, "POST /chat/threads?api-version=2025-03-15 HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", r.address(), token, len(body))
	Expect(err).NotTo(HaveOccurred())
	answers := bufio.NewReader(connection)
	goOn, err := http.ReadResponse(answers, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(goOn).To(HaveHTTPStatus(http.StatusContinue))
	return underWay{connection, answers, body}
}

// finish sends the rest of the body and reads the response.
func (u underWay) finish() *http.Response {
	GinkgoHelper()
	_, err := io.WriteString(u, u.rest)
	Expect(err).NotTo(HaveOccurred())
	answer, err := http.ReadResponse(u.answers, nil)
	Expect(err).NotTo(HaveOccurred())
	return answer
}

// address returns the host and port of the emulator.
func (r *running) address() string {
	_, address, _ := strings.Cut(r.Endpoint, "://")
	return address
}
