package soak_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// watch reads what clients say, and looks for what they must not say.
type watch struct {
	secrets []string
	method  string // of the requests that are counted. Empty: all

	mu       sync.Mutex // guards what follows
	leak     string     // the first text with a secret
	requests int
}

// newWatch returns a watch for a token, the texts of messages and the access key of services.
func newWatch(token string) *watch {
	return &watch{secrets: append(signed(token), secretText, chattest.DefaultAccessKey)}
}

// signed are a token and its signature.
func signed(token string) []string {
	return []string{token, token[strings.LastIndexByte(token, '.')+1:]}
}

func (w *watch) say(text string) {
	for _, secret := range w.secrets {
		if i := strings.Index(text, secret); i >= 0 {
			w.mu.Lock()
			w.leak = cmp.Or(w.leak, text[max(0, i-300):min(len(text), i+len(secret)+50)])
			w.mu.Unlock()
		}
	}
}

func (w *watch) Write(p []byte) (int, error) {
	w.say(string(p))
	return len(p), nil
}

// logger returns a logger of everything, which counts the requests.
func (w *watch) logger() *slog.Logger {
	return slog.New(counting{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}), w})
}

type counting struct {
	slog.Handler
	watch *watch
}

// Handle counts the record if it is that of a request.
func (c counting) Handle(ctx context.Context, record slog.Record) error {
	isRequest := record.Message == "chat request"
	record.Attrs(func(a slog.Attr) bool {
		isRequest = isRequest && (c.watch.method == "" || a.Key != "method" || a.Value.String() == c.watch.method)
		return isRequest
	})
	if isRequest {
		c.watch.mu.Lock()
		c.watch.requests++
		c.watch.mu.Unlock()
	}
	return c.Handler.Handle(ctx, record)
}

func (w *watch) tracing() tracing.Provider {
	attributes := func(list ...tracing.Attribute) { w.say(fmt.Sprint(list)) }
	start := func(ctx context.Context, name string, options *tracing.SpanOptions) (context.Context, tracing.Span) {
		w.say(name)
		attributes(options.Attributes...)
		return ctx, tracing.NewSpan(tracing.SpanImpl{
			End: func() {}, SetAttributes: attributes, AddEvent: func(name string, list ...tracing.Attribute) { w.say(name); attributes(list...) },
			SetStatus: func(_ tracing.SpanStatus, description string) { w.say(description) },
		})
	}
	return tracing.NewProvider(func(string, string) tracing.Tracer { return tracing.NewTracer(start, nil) }, nil)
}

// see looks at an error, and at those that it wraps, as they are printed. A panic prints the same, and nothing of what it finds in memory.
func (w *watch) see(err error) {
	for ; err != nil; err = errors.Unwrap(err) {
		w.say(fmt.Sprintf("%v %+v %#v", err, err, err))
	}
}

// check expects that no secret was said, and that none is in the text of any value.
func (w *watch) check(place string, values ...any) {
	GinkgoHelper()
	for _, value := range values {
		w.say(fmt.Sprintf("%v %+v %#v", value, value, value))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	Expect(w.leak).To(BeEmpty(), "a secret was said: "+place)
}
