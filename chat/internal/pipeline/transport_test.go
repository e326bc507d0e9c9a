package pipeline_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var _ = Describe("The pipeline's own transport", func() {
	It("keeps an idle connection for 30 seconds, which is less than servers do", func() {
		bubble(func() {
			endpoint, err := pipeline.ParseEndpoint("http://contoso.communication.azure.com", true)
			Expect(err).NotTo(HaveOccurred())
			p, err := pipeline.New(pipeline.Settings{Endpoint: endpoint})
			Expect(err).NotTo(HaveOccurred())
			transport := pipeline.OwnTransport(p)
			transport.Proxy = nil
			closed := make(chan time.Time, 2) // when each connection was closed
			transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				go func() {
					answerAll(server)
					closed <- time.Now()
				}()
				return client, nil
			}
			send := func() time.Time {
				GinkgoHelper()
				err := pipeline.Run(context.Background(), p, pipeline.Operation{Status: http.StatusNoContent},
					func(ctx context.Context) (*http.Response, error) {
						req, err := http.NewRequestWithContext(ctx, http.MethodDelete, endpoint.String(), nil)
						if err != nil {
							return nil, err
						}
						return p.Do(req)
					})
				Expect(err).NotTo(HaveOccurred())
				return time.Now()
			}

			send()
			time.Sleep(29 * time.Second)
			Expect(closed).To(BeEmpty())
			last := send()
			time.Sleep(time.Minute)
			Expect(closed).To(HaveLen(1))
			Expect((<-closed).Sub(last)).To(Equal(30 * time.Second))
		})
	})
})

// answerAll answers the requests on a connection until it is closed.
func answerAll(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n"); err != nil {
			return
		}
	}
}
