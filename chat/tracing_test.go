package chat_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// span is what a tracer was told.
type span struct {
	Name, Parent string
	Kind         tracing.SpanKind
	Attributes   map[string]any
	Status       tracing.SpanStatus
	Description  string
	Ended        bool
}

// spans is a tracer that keeps them.
type spans struct {
	mu   sync.Mutex // guards list and what is in it
	list []*span
}

type spanKey struct{}

func (s *spans) start(ctx context.Context, name string, options *tracing.SpanOptions) (context.Context, tracing.Span) {
	started := &span{Name: name, Kind: options.Kind, Attributes: make(map[string]any)}
	if parent, ok := ctx.Value(spanKey{}).(*span); ok {
		started.Parent = parent.Name
	}
	s.mu.Lock()
	s.list = append(s.list, started)
	s.mu.Unlock()
	set := func(attributes ...tracing.Attribute) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, a := range attributes {
			started.Attributes[a.Key] = a.Value
		}
	}
	set(options.Attributes...)
	return context.WithValue(ctx, spanKey{}, started), tracing.NewSpan(tracing.SpanImpl{
		End:           func() { started.Ended = true },
		SetAttributes: set,
		AddEvent:      func(string, ...tracing.Attribute) {},
		SetStatus: func(status tracing.SpanStatus, description string) {
			started.Status, started.Description = status, description
		},
	})
}

// traced returns a client that records its spans.
func traced(answers ...answer) (*chat.Client, *spans) {
	o, kept := tracedOptions(answers...)
	client, err := chat.NewClient(testEndpoint, staticCredential(), o)
	Expect(err).NotTo(HaveOccurred())
	return client, kept
}

func tracedOptions(answers ...answer) (*chat.ClientOptions, *spans) {
	kept := &spans{}
	o := options(answering(answers...))
	o.TracingProvider = tracing.NewProvider(func(string, string) tracing.Tracer { return tracing.NewTracer(kept.start, nil) }, nil)
	return o, kept
}

var _ = Describe("Traces", func() {
	for _, op := range operations {
		It("have a span for "+op.String()+" and one below it for each request", func(ctx SpecContext) {
			client, kept := traced(reply(429, ""), op.Succeed())
			Expect(op.Call(ctx, client)).To(Succeed())
			Expect(kept.list).To(HaveLen(3))
			whole, requests := kept.list[0], kept.list[1:]
			Expect(whole.Name).To(Equal(op.Name))
			Expect(whole.Parent).To(BeEmpty())
			Expect(whole.Kind).To(Equal(tracing.SpanKindInternal))
			Expect(whole.Status).To(Equal(tracing.SpanStatusUnset))
			Expect(whole.Attributes).To(HaveKeyWithValue("az.namespace", "Microsoft.Communication"))
			Expect(whole.Ended).To(BeTrue())
			for i, status := range []int{429, op.Status} {
				Expect(requests[i].Name).To(Equal("HTTP " + op.Method))
				Expect(requests[i].Parent).To(Equal(op.Name))
				Expect(requests[i].Kind).To(Equal(tracing.SpanKindClient))
				Expect(requests[i].Attributes).To(HaveKeyWithValue("http.status_code", status))
				Expect(requests[i].Attributes).To(HaveKeyWithValue("http.user_agent", HavePrefix("acs-chat-go/")))
				Expect(requests[i].Ended).To(BeTrue())
			}
		})

		It("end with the error of "+op.String(), func(ctx SpecContext) {
			for _, failure := range []answer{reply(403, ""), fail(errReset)} {
				client, kept := traced(failure)
				err := op.Call(ctx, client)
				Expect(err).To(HaveOccurred())
				Expect(kept.list[0].Status).To(Equal(tracing.SpanStatusError))
				Expect(kept.list[0].Description).To(HaveSuffix(err.Error()))
				Expect(kept.list[0].Ended).To(BeTrue())
			}
		})
	}

	It("contain no values of the query", func(ctx SpecContext) {
		client, kept := traced(reply(200, `{"value":[],"nextLink":"/chat/threads?syncState=secret&maxPageSize=77&skip=78&api-version=2025-03-15"}`), fail(errReset))
		Expect(client.ListThreads(&chat.ListThreadsOptions{StartTime: inTokyo, PageSize: 77}).Collect(ctx, 0)).Error().To(HaveOccurred())
		for _, s := range kept.list {
			told := fmt.Sprint(s.Attributes["http.url"], s.Description)
			Expect(told).NotTo(Or(ContainSubstring("secret"), ContainSubstring("77"), ContainSubstring("78"), ContainSubstring("2026")))
		}
		Expect(kept.list[1].Attributes["http.url"]).To(ContainSubstring("startTime=REDACTED"))
	})

	It("have a span for each page of a listing", func(ctx SpecContext) {
		client, kept := traced(threePages)
		Expect(client.ListThreads(nil).Collect(ctx, 0)).To(HaveLen(5))
		var names []string
		for _, s := range kept.list {
			names = append(names, s.Name)
		}
		Expect(strings.Join(names, " ")).To(Equal(strings.Repeat(" Client.ListThreads HTTP GET", 3)[1:]))
	})

	It("have the span of a token fetch below that of the call that needs the token, whose values the callback does not see", func(ctx SpecContext) {
		type requestKey struct{}
		o, kept := tracedOptions(reply(204, ""))
		issuing := &identity.ClientOptions{}
		issuing.TracingProvider = o.TracingProvider
		issuing.Transport = answering(reply(200, `{"token":"`+tokenWith(`{"exp":4000000000}`)+`","expiresOn":"2096-10-02T07:06:40Z"}`))
		identities, err := identity.NewClientWithAccessKey(testEndpoint, "a2V5", issuing)
		Expect(err).NotTo(HaveOccurred())
		client, err := chat.NewClient(testEndpoint, credentialOf(func(ctx context.Context) (chat.AccessToken, error) {
			Expect(ctx.Value(requestKey{})).To(BeNil())
			Expect(ctx.Value(spanKey{})).To(BeNil())
			return identities.GetToken(ctx, chat.CommunicationUser{ID: "8:acs:ana"}, []identity.Scope{identity.ScopeChat}, nil)
		}, nil), o)
		Expect(err).NotTo(HaveOccurred())
		captured := policy.WithCaptureResponse(context.WithValue(ctx, requestKey{}, "of the request"), new(*http.Response))
		Expect(client.DeleteThread(captured, testThread)).To(Succeed())
		parents := map[string]string{}
		for _, s := range kept.list {
			parents[s.Name] = s.Parent
		}
		Expect(parents).To(Equal(map[string]string{
			"Client.DeleteThread": "", "Client.GetToken": "Client.DeleteThread",
			"HTTP POST": "Client.GetToken", "HTTP DELETE": "Client.DeleteThread",
		}))
	})

	It("have no span for a call that was rejected before any request", func(ctx SpecContext) {
		client, kept := traced(reply(204, ""))
		Expect(client.DeleteThread(ctx, "")).NotTo(Succeed())
		Expect(kept.list).To(BeEmpty())
	})
})
