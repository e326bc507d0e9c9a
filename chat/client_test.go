package chat_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

// only returns the only request.
func only(wire *scripted) request {
	GinkgoHelper()
	requests := wire.Requests()
	Expect(requests).To(HaveLen(1))
	return requests[0]
}

var _ = Describe("Client", func() {
	for _, op := range operations {
		Describe(op.String(), func() {
			It("sends one request in its documented form", func(ctx SpecContext) {
				client, wire := clientOf(op.Succeed())
				Expect(op.Call(ctx, client)).To(Succeed())
				sent := only(wire)
				Expect(sent.Method).To(Equal(op.Method))
				Expect(sent.URL).To(Equal(testEndpoint + op.Path + "?api-version=" + apiVersion))
				Expect(sent.Header.Get("Content-Type")).To(Equal(op.ContentType))
				Expect(sent.Header.Get("Accept")).To(Equal("application/json"))
				Expect(sent.Body).To(Equal(op.Body))
			})

			for _, status := range []int{200, 201, 202, 204, 206, 302} {
				if status == op.Status {
					continue
				}
				It("takes a "+strconv.Itoa(status)+" for an error", api.OtherResponses(), func(ctx SpecContext) {
					client, _ := clientOf(reply(status, op.Answer))
					failed, ok := errors.AsType[*chat.Error](op.Call(ctx, client))
					Expect(ok).To(BeTrue())
					Expect(failed.StatusCode).To(Equal(status))
				})
			}

			It("names the action in its errors, in one line without the query", func(ctx SpecContext) {
				for _, failure := range []answer{reply(403, ""), fail(&url.Error{Op: "Get", URL: "https://contoso/chat?secret=1", Err: errReset})} {
					client, _ := clientOf(failure)
					text := op.Call(ctx, client).Error()
					Expect(text).To(HavePrefix("chat: " + op.Action + ": "))
					Expect(text).NotTo(Or(ContainSubstring("\n"), ContainSubstring("secret"), ContainSubstring("api-version")))
				}
			})
		})
	}

	Describe("ids in a path", func() {
		for name, id := range map[string]string{
			"a slash": "a/b", "a question mark": "a?b", "a number sign": "a#b", "a percent sign": "a%b", "an escape": "%2e%2e",
			"a space": "a b", "another script": "täuschend/echt語", "dots and slashes": "../..", "a plus": "a+b", "a new line": "a\nb",
			"a colon": "//h:1", "a semicolon": "a;b", "a backslash": `a\b`,
		} {
			It("with "+name+" stay one segment", func(ctx SpecContext) {
				client, wire := clientOf(reply(200, messageOnTheWire))
				_, err := client.ThreadClient(id).GetMessage(ctx, id)
				Expect(err).NotTo(HaveOccurred())
				sent, err := url.Parse(only(wire).URL)
				Expect(err).NotTo(HaveOccurred())
				segment := url.PathEscape(id)
				Expect(sent.EscapedPath()).To(Equal("/chat/threads/" + segment + "/messages/" + segment))
				Expect(sent.RawQuery).To(Equal("api-version=" + apiVersion))
			})

			It("with "+name+" stay one segment of a message sent", func(ctx SpecContext) {
				wire := answering(reply(201, `{"id":"1"}`))
				client, err := chat.NewClient("https://gateway.example/a%20b", staticCredential(), options(wire))
				Expect(err).NotTo(HaveOccurred())
				_, err = client.ThreadClient(id).SendMessage(ctx, "hello", nil)
				Expect(err).NotTo(HaveOccurred())
				Expect(only(wire).URL).To(Equal("https://gateway.example/a%20b/chat/threads/" + url.PathEscape(id) + "/messages?api-version=" + apiVersion))
			})
		}
	})

	DescribeTable("appends paths to an endpoint", func(ctx SpecContext, endpoint, base string) {
		wire := answering(reply(204, ""))
		client, err := chat.NewClient(endpoint, staticCredential(), options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(ctx, "19:a")).To(Succeed())
		Expect(only(wire).URL).To(Equal(base + "/chat/threads/19:a?api-version=" + apiVersion))
	},
		Entry("as it is", "https://contoso.example", "https://contoso.example"),
		Entry("with a slash", "https://contoso.example/", "https://contoso.example"),
		Entry("with several", "https://contoso.example//", "https://contoso.example"),
		Entry("with a port", "https://contoso.example:8443", "https://contoso.example:8443"),
		Entry("with a path", "https://gateway.example/acs/eu/", "https://gateway.example/acs/eu"),
		Entry("with an escaped path", "https://gateway.example/a%20b", "https://gateway.example/a%20b"),
		Entry("with space around it", " https://contoso.example\n", "https://contoso.example"),
		Entry("in capitals", "HTTPS://contoso.example", "https://contoso.example"),
	)

	It("uses another version of the API if the options name one", func(ctx SpecContext) {
		wire := answering(reply(200, `{"value":[],"nextLink":"/chat/threads?skip=1&api-version=from-the-link"}`), reply(200, `{"value":[]}`))
		o := options(wire)
		o.APIVersion = "2024-03-15"
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.ListThreads(nil).Collect(ctx, 0)).To(BeEmpty())
		Expect(wire.Requests()[0].URL).To(HaveSuffix("?api-version=2024-03-15"))
		Expect(wire.Requests()[1].URL).To(HaveSuffix("&api-version=from-the-link"))
	})

	Describe("the User-Agent", func() {
		It("is that of the library", func(ctx SpecContext) {
			client, wire := clientOf(reply(204, ""))
			Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
			Expect(only(wire).Header.Get("User-Agent")).To(MatchRegexp(`^acs-chat-go/\d+\.\d+\.\d+\S* \(go[^;]+; \w+\)$`))
		})

		It("begins with the application", func(ctx SpecContext) {
			wire := answering(reply(204, ""))
			o := options(wire)
			o.Telemetry.ApplicationID = "helpdesk/7"
			client, err := chat.NewClient(testEndpoint, staticCredential(), o)
			Expect(err).NotTo(HaveOccurred())
			Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
			Expect(only(wire).Header.Get("User-Agent")).To(HavePrefix("helpdesk/7 acs-chat-go/"))
		})
	})

	It("sends a request id and requests its echo", func(ctx SpecContext) {
		client, wire := clientOf(reply(204, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		ids := make(map[string]bool)
		for _, sent := range wire.Requests() {
			Expect(sent.Header.Get("x-ms-return-client-request-id")).To(Equal("true"))
			Expect(sent.Header.Get("x-ms-client-request-id")).To(MatchRegexp(`^[0-9a-f-]{36}$`))
			ids[sent.Header.Get("x-ms-client-request-id")] = true
		}
		Expect(ids).To(HaveLen(2))
	})

	Describe("the values of azcore in a context", func() {
		It("headers are sent with the call, including the request id", func(ctx SpecContext) {
			client, wire := clientOf(reply(503, ""), reply(400, ""))
			err := client.DeleteThread(policy.WithHTTPHeader(ctx, http.Header{
				"X-Tenant": {"blue"}, "X-Ms-Client-Request-Id": {"mine"},
			}), testThread)
			for _, sent := range wire.Requests() {
				Expect(sent.Header.Get("X-Tenant")).To(Equal("blue"))
				Expect(sent.Header.Get("x-ms-client-request-id")).To(Equal("mine"))
			}
			failed, _ := errors.AsType[*chat.Error](err)
			Expect(failed.RequestID).To(Equal("mine"))
		})

		for _, op := range []operation{operationOf("Client.DeleteThread"), sendMessage} {
			DescribeTable("a response of "+op.String()+" is captured", func(ctx SpecContext, status int, body string) {
				client, _ := clientOf(reply(status, body, "MS-CV", "abc"))
				var captured *http.Response
				_ = op.Call(policy.WithCaptureResponse(policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1}), &captured), client)
				Expect(captured).NotTo(BeNil())
				Expect(captured.StatusCode).To(Equal(status))
				Expect(captured.Header.Get("MS-CV")).To(Equal("abc"))
				kept, err := io.ReadAll(captured.Body)
				Expect(err).NotTo(HaveOccurred())
				if status >= 400 {
					Expect(kept).To(BeEquivalentTo(body))
				}
			},
				Entry("of success", op.Status, op.Answer),
				Entry("of a refusal", 403, `{"error":{"code":"Forbidden"}}`),
				Entry("of a failure", 500, `{"error":{"code":"InternalError"}}`),
				Entry("of something else", 502, `<html>`),
			)
		}
	})

	It("runs the policies of the options, per call and per try", func(ctx SpecContext) {
		for _, op := range []operation{operationOf("Client.DeleteThread"), sendMessage} {
			wire := answering(reply(429, ""), op.Succeed())
			perCall, perTry := &countingPolicy{}, &countingPolicy{}
			o := options(wire)
			o.PerCallPolicies = []policy.Policy{perCall}
			o.PerRetryPolicies = []policy.Policy{perTry}
			client, err := chat.NewClient(testEndpoint, staticCredential(), o)
			Expect(err).NotTo(HaveOccurred())
			Expect(op.Call(ctx, client)).To(Succeed())
			Expect(perCall.statuses).To(Equal([]int{op.Status}))
			Expect(perTry.statuses).To(Equal([]int{429, op.Status}))
			Expect(wire.Requests()[1].Header.Get("X-Counted")).To(Equal("yes"))
		}
	})

	It("returns responses that a policy can read", func(ctx SpecContext) {
		o := options(answering(reply(503, `{"error":{"message":"Later"}}`), reply(200, threadOnTheWire), reply(403, `{"error":{"message":"No"}}`)))
		var read []string
		o.PerRetryPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
			resp, err := req.Next()
			if err == nil {
				body, _ := runtime.Payload(resp)
				read = append(read, string(body))
			}
			return resp, err
		})}
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		thread := client.ThreadClient(testThread)
		Expect(thread.GetProperties(ctx)).To(HaveField("Topic", "Release 4.2"))
		Expect(thread.GetProperties(ctx)).Error().To(MatchError(ContainSubstring("No")))
		Expect(read).To(Equal([]string{`{"error":{"message":"Later"}}`, threadOnTheWire, `{"error":{"message":"No"}}`}))
	})

	It("does not change the caller's options", func() {
		o := options(answering())
		o.PerCallPolicies = make([]policy.Policy, 0, 4)
		before := *o
		_, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(*o).To(Equal(before))
		Expect(o.PerCallPolicies[:4]).To(HaveEach(BeNil()))
	})

	It("returns thread clients that share it", func(ctx SpecContext) {
		client, wire := clientOf(reply(200, threadOnTheWire))
		thread := client.ThreadClient(testThread)
		Expect(wire.Requests()).To(BeEmpty())
		Expect(thread.ThreadID()).To(Equal(testThread))
		Expect(thread.Client()).To(BeIdenticalTo(client))
		Expect(thread.GetProperties(ctx)).Error().NotTo(HaveOccurred())
		Expect(wire.Requests()).To(HaveLen(1))
	})

	It("is not required for one thread", func(ctx SpecContext) {
		wire := answering(reply(200, threadOnTheWire))
		thread, err := chat.NewThreadClient(testEndpoint, testThread, staticCredential(), options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.ThreadID()).To(Equal(testThread))
		Expect(wire.Requests()).To(BeEmpty())
		Expect(thread.GetProperties(ctx)).Error().NotTo(HaveOccurred())
		Expect(only(wire).URL).To(Equal(testEndpoint + threadPath + "?api-version=" + apiVersion))
	})

	It("creates a transport without options", func() {
		client, err := chat.NewClient(testEndpoint, staticCredential(), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.Close()).To(Succeed())
	})

	It("fails with the error of a context that has ended", func(ctx SpecContext) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		for _, op := range operations {
			client, wire := clientOf(op.Succeed())
			Expect(op.Call(over, client)).To(MatchError(context.Canceled), op.Name)
			Expect(wire.Requests()).To(BeEmpty())
		}
	})
})

type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }

// countingPolicy keeps the statuses that pass it, and marks the requests.
type countingPolicy struct{ statuses []int }

func (p *countingPolicy) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set("X-Counted", "yes")
	resp, err := req.Next()
	if resp != nil {
		p.statuses = append(p.statuses, resp.StatusCode)
	}
	return resp, err
}
