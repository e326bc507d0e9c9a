package api_test

import (
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
)

// answering is a service that answers every request in the same way.
type answering struct {
	status int
	body   string
}

func (a answering) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req,
	}, nil
}

var _ = Describe("The check of a scripted transport", func() {
	const sending = "https://a.example/chat/threads/19:x@thread.v2/messages?api-version=2025-03-15"
	// failures are those of a message that is sent to a service.
	failures := func(service answering, url, body string) []string {
		GinkgoHelper()
		req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("User-Agent", "acs-chat-go/1")
		return InterceptGomegaFailures(func() {
			resp, err := api.WatchTransport(service).Do(req)
			Expect(err).NotTo(HaveOccurred())
			read, err := io.ReadAll(resp.Body)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(read)).To(Equal(service.body))
			Expect(resp.Body.Close()).To(Succeed())
		})
	}
	sent := answering{http.StatusCreated, `{"id":"1"}`}

	It("accepts what the contract has, also behind a gateway with a path", func() {
		Expect(failures(sent, sending, `{"content":"x"}`)).To(BeEmpty())
		Expect(failures(sent, strings.Replace(sending, "/chat/", "/acs/eu/chat/", 1), `{"content":"x"}`)).To(BeEmpty())
	})

	It("refuses another request, whatever the answer is", func() {
		refusing := answering{http.StatusServiceUnavailable, "<html>"}
		Expect(failures(refusing, sending, `{"content":"x"}`)).To(BeEmpty())
		Expect(failures(refusing, sending, `{"text":"x"}`)).To(ConsistOf(ContainSubstring(`property "text" is unsupported`)))
		Expect(failures(refusing, "https://a.example/threads", `{}`)).To(ConsistOf(ContainSubstring("no contract has the operation")))
	})

	It("refuses another success", func() {
		Expect(failures(answering{http.StatusOK, `{"id":"1"}`}, sending, `{"content":"x"}`)).To(ConsistOf(ContainSubstring("status is not supported")))
		Expect(failures(answering{http.StatusCreated, `{}`}, sending, `{"content":"x"}`)).To(ConsistOf(ContainSubstring(`property "id" is missing`)))
	})

	It("accepts another success in a spec that is marked", api.OtherResponses(), func() {
		Expect(failures(answering{http.StatusCreated, `{}`}, sending, `{"content":"x"}`)).To(BeEmpty())
		Expect(failures(sent, sending, `{"text":"x"}`)).NotTo(BeEmpty())
	})

	It("accepts everything in a spec that is marked", api.OtherRequests(), func() {
		Expect(failures(sent, sending, `{"text":"x"}`)).To(BeEmpty())
	})
})
