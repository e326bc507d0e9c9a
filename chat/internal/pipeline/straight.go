package pipeline

import (
	"context"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// The first attempt of a call goes straight to the transport when azcore's policies have nothing to do for it but to pass it on,
// which takes them as long as all else that is done for a message. An outcome that is no success is then laid before them
// as that of their own first attempt, so that it is azcore alone that decides about others.

// outcome is what came of an attempt.
type outcome struct {
	resp *http.Response
	err  error
}

// first makes the first attempt and returns the answer that ends the call. Nil: azcore is to say what follows.
func (s *shared) first(c *call, raw *http.Request) *http.Response {
	resp, err := s.attempt(&Attempt{shared: s, Request: raw, call: c})
	switch {
	case c.answer != nil:
		return c.answer
	case err == nil && c.succeeded(resp.StatusCode):
		return resp
	}
	c.first = &outcome{resp, err}
	return nil
}

// attemptFor is the policy that makes the attempts azcore asks for.
func (s *shared) attemptFor(req *policy.Request) (*http.Response, error) {
	c := callOf(req.Raw().Context())
	if first := c.first; first != nil {
		c.first = nil
		return first.resp, first.err
	}
	return s.attempt(&Attempt{shared: s, Request: req.Raw(), call: c, azcore: req})
}

// renewed is a request that was sent already, for another attempt: whoever sent it may not have let go of it yet.
func renewed(req *http.Request) (_ *http.Request, err error) {
	req = req.Clone(req.Context())
	if req.GetBody != nil {
		req.Body, err = req.GetBody()
	}
	return req, err
}

// asksNothing reports whether the options of a client leave azcore's policies nothing to do before the first attempt and after a
// success.
func asksNothing(o *azcore.ClientOptions) bool {
	return len(o.PerCallPolicies) == 0 && len(o.PerRetryPolicies) == 0 &&
		o.Retry.TryTimeout == 0 && o.Retry.ShouldRetry == nil && o.Retry.StatusCodes == nil &&
		!o.Logging.IncludeBody && len(o.Logging.AllowedHeaders) == 0 && len(o.Logging.AllowedQueryParams) == 0 &&
		os.Getenv("AZURE_SDK_GO_LOGGING") == ""
}

// asksForMore reports whether a context holds something for one of azcore's policies.
func asksForMore(ctx context.Context) bool {
	for _, key := range contextKeys() {
		if ctx.Value(key) != nil {
			return true
		}
	}
	return false
}

// contextKeys are the keys under which azcore's policies look into the context of a request: for what WithHTTPHeader and its like
// put there. They are azcore's secret, which a request that goes nowhere gives away. A listener of azcore's log sees that one, once.
var contextKeys = sync.OnceValue(func() []any {
	asked := new(keyCollector)
	req, err := runtime.NewRequest(asked, http.MethodGet, "https://nowhere.invalid/what-does-azcore-look-for-in-a-context")
	if err != nil {
		return nil
	}
	resp, err := runtime.NewPipeline("", "", runtime.PipelineOptions{}, &policy.ClientOptions{
		Transport: nowhere{},
		Telemetry: policy.TelemetryOptions{Disabled: true},
	}).Do(req)
	if err != nil || resp.Body.Close() != nil {
		return nil
	}
	return asked.keys
})

// keyCollector is a context without an end that holds nothing, and remembers what of azcore's it was asked for.
type keyCollector struct{ keys []any }

func (*keyCollector) Deadline() (time.Time, bool) { return time.Time{}, false }
func (*keyCollector) Done() <-chan struct{}       { return nil }
func (*keyCollector) Err() error                  { return nil }

func (c *keyCollector) Value(key any) any {
	if strings.Contains(reflect.TypeOf(key).PkgPath(), "/azcore/") {
		c.keys = append(c.keys, key)
	}
	return nil
}

// nowhere is a transport whose answers are empty.
type nowhere struct{}

func (nowhere) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}
