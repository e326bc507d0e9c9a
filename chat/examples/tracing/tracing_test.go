package main

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

func TestTracing(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "tracing")
}

var _ = Describe("The spans of OpenTelemetry", func() {
	var (
		s        *chattest.Service
		recorder *tracetest.SpanRecorder
		provider *sdktrace.TracerProvider
		client   *chat.Client
	)
	BeforeEach(func(ctx SpecContext) {
		var err error
		s, err = chattest.Open(nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		recorder = tracetest.NewSpanRecorder()
		provider = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
		DeferCleanup(provider.Shutdown)
		client, err = chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), traced(s.ClientOptions(), provider))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
	})
	// parents are the names of all spans, each with those above it.
	parents := func() (chains []string) {
		byID := make(map[string]sdktrace.ReadOnlySpan)
		for _, span := range recorder.Ended() {
			byID[span.SpanContext().SpanID().String()] = span
		}
		for _, span := range recorder.Ended() {
			chain := span.Name()
			for above, ok := byID[span.Parent().SpanID().String()]; ok; above, ok = byID[above.Parent().SpanID().String()] {
				chain = above.Name() + " > " + chain
			}
			chains = append(chains, chain)
		}
		return chains
	}

	It("are below that of the work: one for each call, and one for each request", func(ctx SpecContext) {
		s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 429, RetryAfter: time.Millisecond})
		Expect(announce(ctx, provider, client)).To(Succeed())
		Expect(parents()).To(Equal([]string{
			"announce > Client.CreateThread > HTTP POST",
			"announce > Client.CreateThread",
			"announce > ThreadClient.SendMessage > HTTP POST",
			"announce > ThreadClient.SendMessage > HTTP POST",
			"announce > ThreadClient.SendMessage",
			"announce",
		}))
	})

	It("have the error of a call", func(ctx SpecContext) {
		s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 403})
		Expect(announce(ctx, provider, client)).To(MatchError(chat.ErrForbidden))
		for _, span := range recorder.Ended() {
			if span.Name() == "ThreadClient.SendMessage" {
				Expect(span.Status().Code).To(Equal(codes.Error))
			}
		}
	})

	It("contain neither tokens nor texts", func(ctx SpecContext) {
		Expect(announce(ctx, provider, client)).To(Succeed())
		for _, span := range recorder.Ended() {
			Expect(fmt.Sprint(span.Attributes(), span.Status(), span.Events())).NotTo(Or(ContainSubstring("Canary"), ContainSubstring("eyJ")))
		}
	})
})
